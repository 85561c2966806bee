import { custom, type Framework, fallback, type Given, type Seen, type WriteFact } from "../../framework.ts";
import { isOver, morselSecure, morselWrites, secureMorsel } from "../python.ts";

const docs = "https://docs.python.org/3/library/http.cookies.html#http.cookies.Morsel";

/** `SimpleCookie()`, of Python 3 and of Python 2. */
const JAR = /^(?:http\.cookies|Cookie|six\.moves\.http_cookies)\.(?:Simple|Base|Smart|Serial)Cookie\(\)$/;

const isMorsel = (path: string, name: string) =>
  path.endsWith(`[${name}]`) && JAR.test(path.slice(0, -name.length - 2));

function literal(seen: Seen | undefined): unknown {
  const [only] = seen ?? [];
  return only?.data.kind === "literal" ? only.data.value : undefined;
}

export const httpCookies: Framework = {
  name: "http-cookies",
  title: "Python's http.cookies",
  docs,
  language: "python",
  words: { ".py": ["simplecookie", "basecookie"] },
  symbols: [
    {
      path: "*.environ[wsgi.url_scheme]",
      is: "request-scheme-text",
      https: "https",
      http: "http",
      says: "`wsgi.url_scheme` is the scheme by which the request arrives",
    },
  ],
  methods: ["update"],
  members: ["secure", "max-age", "expires"],
  sinks: [
    {
      on: {
        kind: "write",
        members: ["SimpleCookie()[]", "BaseCookie()[]", "SmartCookie()[]", "SerialCookie()[]"],
        matches: (write: WriteFact) => write.index && write.paths.some((path) => JAR.test(path)),
      },
      name: [
        custom((fact): Given | undefined =>
          fact.kind !== "write" || fact.keySeen === undefined ? undefined : { seen: fact.keySeen, attribute: "name" },
        ),
      ],
      secure: [
        morselSecure(isMorsel),
        fallback(false, docs, "nothing sets its `secure`, and a `Morsel` has none by default"),
      ],
      deletion: (fact, context) => {
        const last = (key: string) => literal(morselWrites(fact, key, isMorsel, context).at(-1)?.value);
        return isOver(last("max-age"), last("expires"));
      },
      fixes: (fact, context) => {
        if (fact.kind !== "write" || morselWrites(fact, "secure", isMorsel, context).length > 0) return [];
        return secureMorsel(fact, context);
      },
    },
  ],
};
