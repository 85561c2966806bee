import type { Framework } from "../framework.ts";
import { express } from "./express/index.ts";
import { expressSession } from "./express-session/index.ts";
import { servlet } from "./servlet/index.ts";
import { rails } from "./rails/index.ts";

/** Every framework that setsecure knows. The first one that recognises a place has it. */
export const frameworks: readonly Framework[] = [express, expressSession, servlet, rails];
