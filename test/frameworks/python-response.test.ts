import { expect, test } from "vitest";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";

/** `framework name verdict` for every cookie. */
async function told(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { cookies } = await takeInventory(projectOf(files), production);
  return cookies.map(({ framework, name, verdict }) => `${framework} ${name} ${verdict}`);
}

test("a view of a package built on REST framework answers with a response of Django", async () => {
  const files = {
    "login/views.py": `from rest_framework_simplejwt.views import TokenObtainPairView


class Login(TokenObtainPairView):
    def post(self, request, *args, **kwargs):
        answer = super().post(request, *args, **kwargs)
        answer.set_cookie("access", answer.data["access"], httponly=True)
        return answer
`,
  };
  expect(await told(files)).toEqual(["django access insecure"]);
});

test("what a middleware is handed is no less a response for being annotated as a callable", async () => {
  const django = `from typing import Callable

from django.conf import settings


class Visitors:
    def __init__(self, get_response: Callable):
        self.get_response = get_response

    def __call__(self, request):
        answer = self.get_response(request)
        answer.set_cookie("visitor", "1")
        return answer
`;
  const starlette = `from typing import Callable

from fastapi import Request
from starlette.middleware.base import BaseHTTPMiddleware


class Visitors(BaseHTTPMiddleware):
    async def dispatch(self, request: Request, call_next: Callable):
        answer = await call_next(request)
        answer.set_cookie("visitor", "1")
        return answer
`;
  expect(await told({ "site/middleware.py": django })).toEqual(["django visitor insecure"]);
  expect(await told({ "site/middleware.py": starlette })).toEqual(["starlette visitor insecure"]);
});

test("a response that a function outside the project makes is one, and a module of helpers is none", async () => {
  const files = {
    "shop/views.py": `from django.views.generic import View
from house import cookies
from house.pages import Page, render


class Home(View):
    def get(self, request):
        page = render(request, "home.html")
        page.set_cookie("seen", "1")
        cookies.set_cookie("helped", "1")
        cookies.Baker().set_cookie(self.response, "baked")
        return page

    def head(self, request):
        page = Page()
        page.set_cookie("headed", "1")
        return page
`,
  };
  expect(await told(files)).toEqual(["django seen insecure", "django headed insecure"]);
});

test("a file that imports no framework is of the framework that the files around it import", async () => {
  const helper = `def remember(response, token):
    response.set_cookie("token", token)
`;
  const flask = { "web/app.py": "from flask import Flask\n\napp = Flask(__name__)\n", "web/tokens.py": helper };
  expect(await told(flask)).toEqual(["flask token insecure"]);
  const pyramid = {
    "api/main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
    "web/views.py": "from pyramid.view import view_config\n",
    "web/tokens.py": helper,
  };
  expect(await told(pyramid)).toEqual(["pyramid token insecure"]);
  expect(await told({ "web/tokens.py": helper })).toEqual([]);
});

test("a middleware that imports nothing is Django's where it calls `get_response`", async () => {
  const files = {
    "site/middleware.py": `class Visitors:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        answer = self.get_response(request)
        answer.set_cookie("visitor", "1")
        return answer
`,
  };
  expect(await told(files)).toEqual(["django visitor insecure"]);
});

test("what another web framework answers with is not taken for Django's", async () => {
  const files = {
    "site/views.py": `from aiohttp import web
from django.conf import settings


async def home(request):
    answer = web.Response(text="hi")
    answer.set_cookie("aio", "1")
    return answer


def browse(browser, session_manager):
    browser.set_cookie("seen", "1")
    session_manager.set_cookie("kept", "1")
`,
  };
  expect(await told(files)).toEqual([]);
});
