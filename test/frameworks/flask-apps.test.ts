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
