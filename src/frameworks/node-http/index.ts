import { type CallFact, type Framework, header, named, type Seen, type Sink } from "../../framework.ts";
import { isRewriter, javascriptWords, ownerOf, rawHeaders, rewritten } from "../node.ts";

const docs = "https://nodejs.org/api/http.html#responsesetheadername-value";

const methods = ["setHeader", "appendHeader", "writeHead", "setHeaders", "respond"] as const;

const rawHeader: Sink = {
  on: {
    kind: "call",
    method: methods,
    matches: (call, context) => rawHeaders(call).length > 0 && isResponse(call) && !isRewriter(context, call.place),
  },
  split: (fact) => rawHeaders(fact),
  name: [header(1, "name")],
  secure: [rewritten, header(1, "secure")],
};

/** NestJS: a decorator that sets a header of the handler's answer. */
const decorator: Sink = {
  ...rawHeader,
  on: {
    kind: "call",
    method: ["Header"],
    matches: (call) => named(call.callee, "@nestjs/common.Header") && rawHeaders(call).length > 0,
  },
};

export const nodeHttp: Framework = {
  name: "node-http",
  title: "Node's http",
  docs,
  language: "javascript",
  words: javascriptWords("set-cookie", "on-headers"),
  sinks: [rawHeader, decorator],
  methods: ["on-headers", "append", "set"],
};

/** A response by its name, its type, or the server whose handler is given it; never a request. */
function isResponse(call: CallFact): boolean {
  const owners = call.callee.map(ownerOf);
  const types = /(?:ServerResponse|OutgoingMessage|NextApiResponse|ServerHttp2Stream|Response)$/;
  if (owners.some((owner) => types.test(owner))) return true;
  if (handedTo(call.receiver).some((path) => /^(?:http|https|http2)\./.test(path) && !/\.(?:request|get)$/.test(path)))
    return true;
  return owners.some((owner) => {
    const name = owner.slice(owner.lastIndexOf(".") + 1);
    return name === "raw"
      ? /(?:reply|res(?:ponse)?)\.raw$/i.test(owner)
      : /(?:^|_|[a-z])(?:res|resp|response)$/i.test(name);
  });
}

function handedTo(receiver: Seen | undefined): readonly string[] {
  return (receiver ?? []).flatMap(({ data }) => (data.kind === "object" ? data.passedTo : []));
}
