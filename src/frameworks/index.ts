import type { Framework } from "../framework.ts";
import { aspnet } from "./aspnet/index.ts";
import { aspnetCore } from "./aspnet-core/index.ts";
import { beaker } from "./beaker/index.ts";
import { cookie } from "./cookie/index.ts";
import { cookieSession } from "./cookie-session/index.ts";
import { cookies } from "./cookies/index.ts";
import { csurf } from "./csurf/index.ts";
import { django } from "./django/index.ts";
import { documentCookie } from "./document-cookie/index.ts";
import { express } from "./express/index.ts";
import { expressSession } from "./express-session/index.ts";
import { flask } from "./flask/index.ts";
import { httpCookies } from "./http-cookies/index.ts";
import { jaxRs } from "./jax-rs/index.ts";
import { nodeHttp } from "./node-http/index.ts";
import { pyramid } from "./pyramid/index.ts";
import { rack } from "./rack/index.ts";
import { rails } from "./rails/index.ts";
import { servlet } from "./servlet/index.ts";
import { spring } from "./spring/index.ts";
import { springResponseCookie } from "./spring-responsecookie/index.ts";
import { starlette } from "./starlette/index.ts";

/** Every framework that setsecure knows. The first one that recognises a place has it. */
export const frameworks: readonly Framework[] = [
  aspnet,
  aspnetCore,
  expressSession,
  cookieSession,
  csurf,
  cookies,
  cookie,
  express,
  nodeHttp,
  documentCookie,
  jaxRs,
  springResponseCookie,
  spring,
  servlet,
  rails,
  rack,
  django,
  flask,
  httpCookies,
  beaker,
  pyramid,
  starlette,
];
