import { headerByHand } from "../java.ts";
import { docs, isResponse } from "./servlet-api.ts";

/** `response.addHeader("Set-Cookie", …)`: sent as it is written. */
export const rawHeader = headerByHand(["addHeader", "setHeader"], docs.header, isResponse);
