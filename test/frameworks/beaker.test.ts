import { expect, test } from "vitest";
import { verdicts } from "../evaluate/verdicts.ts";

test("an application that does no more than include pyramid_beaker has its session", async () => {
  const files = {
    "production.ini": "[app:main]\nuse = egg:shop\nsession.type = file\nsession.key = shop\n",
    "shop/__init__.py": `from pyramid.config import Configurator


def main(global_config, **settings):
    config = Configurator(settings=settings)
    config.include("pyramid_beaker")
    return config.make_wsgi_app()
`,
  };
  expect(await verdicts(files)).toEqual(["shop: insecure"]);
  const without = { ...files, "shop/__init__.py": files["shop/__init__.py"].replace("pyramid_beaker", "pyramid_mako") };
  expect(await verdicts(without)).toEqual([]);
});
