import { expect, test } from "vitest";
import { production } from "../../src/frameworks/production.ts";
import { takeInventory } from "../../src/inventory.ts";
import { projectOf } from "../support/project.ts";

async function told(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const { cookies } = await takeInventory(projectOf(files), production);
  return cookies.map(({ name, verdict, deletion }) => `${name} ${deletion ? "deletion" : verdict}`);
}

const leave = `from flask import jsonify
from flask_jwt_extended import unset_access_cookies, unset_jwt_cookies


def leave():
    answer = jsonify({})
    unset_jwt_cookies(answer)
    return answer


def renew(answer):
    unset_access_cookies(answer)
`;

test("flask-jwt-extended's tokens are deleted under the names that the app gives them", async () => {
  const app = `from flask import Flask

app = Flask(__name__)
app.config["JWT_ACCESS_COOKIE_NAME"] = "ticket"
app.config["JWT_COOKIE_CSRF_PROTECT"] = False
`;
  expect(await told({ "web/app.py": app, "web/leave.py": leave })).toEqual([
    "ticket deletion",
    "refresh_token_cookie deletion",
    "ticket deletion",
  ]);
});

test("without an app in the project, what flask-jwt-extended is told is not known", async () => {
  const enter = `from flask_jwt_extended import set_access_cookies


def enter(answer, token):
    set_access_cookies(answer, token)
`;
  expect(await told({ "web/enter.py": enter })).toEqual(["access_token_cookie unknown", "csrf_access_token unknown"]);
});
