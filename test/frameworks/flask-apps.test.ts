import { expect, test } from "vitest";
import { verdicts } from "../evaluate/verdicts.ts";

test("a secret that is given to the running app is not that of every app of the project", async () => {
  const files = {
    "web/shop/__init__.py": `from flask import Flask
app = Flask(__name__)
app.secret_key = "x"
app.config["SESSION_COOKIE_SECURE"] = True
`,
    "web/shop/tools.py": `from flask import Flask
helper = Flask(__name__)
`,
    "web/migrations/one.py": `from flask import current_app
def upgrade():
    current_app.config["SECRET_KEY"] = "y"
`,
  };
  expect(await verdicts(files)).toEqual(["session: secure"]);
});

test("a client for tests keeps the cookies that a browser would send, and sets none", async () => {
  const files = {
    "test_shop.py": `from flask import Flask
from flask.testing import FlaskClient

app = Flask(__name__)

class Visitor:
    def __init__(self):
        self.browser = FlaskClient(app)

    def remember(self):
        self.browser.set_cookie("kept", "1")

def test_visit():
    with app.test_client() as visitor:
        visitor.set_cookie("seen", "1")
        visitor.delete_cookie("seen")
`,
  };
  expect(await verdicts(files)).toEqual([]);
});
