import { expect, test } from "vitest";
import { verdicts } from "../evaluate/verdicts.ts";

const guard = (platform: string) => ({
  "package.json": JSON.stringify({ dependencies: { "@nestjs/common": "11.0.0", [platform]: "11.0.0" } }),
  "guard.ts": `import { CanActivate, ExecutionContext } from "@nestjs/common";
export class Guard implements CanActivate {
  canActivate(context: ExecutionContext) {
    const reply = context.switchToHttp().getResponse();
    reply.cookie("a", "1");
    context.switchToHttp().getResponse().cookie("b", "1", { secure: true });
    return true;
  }
}
`,
});

test("a guard of NestJS asks for the response, which is Express's unless it runs on another platform", async () => {
  expect(await verdicts(guard("@nestjs/platform-express"))).toEqual(["a: insecure", "b: secure"]);
  expect(await verdicts(guard("@nestjs/platform-fastify"))).toEqual([]);
});
