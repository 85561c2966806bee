import fc from "fast-check";

/** Stands in a generated line for the host that sends it, and for its parent. */
export const HOST = "{host}";
export const PARENT = "{parent}";
/** And for what that is below: a public suffix. */
export const SUFFIX = "{suffix}";

const blank = fc.constantFrom("", "", "", " ", "  ", "\t", " \t ");
const oneOf = (...texts: string[]) => fc.constantFrom(...texts);

function anyCase(text: string): fc.Arbitrary<string> {
  return fc
    .array(fc.boolean(), { minLength: text.length, maxLength: text.length })
    .map((upper) => [...text].map((letter, at) => (upper[at] ? letter.toUpperCase() : letter.toLowerCase())).join(""));
}

const cased = (...texts: string[]) => oneOf(...texts).chain((text) => fc.oneof(fc.constant(text), anyCase(text)));

/** Characters at which readers of cookies differ; a line ends at CR and LF, which no server can send within one. */
const oddCharacter = oneOf(
  ..."aZ09-_.~ ,;=\"'/\\:@%&+*()[]{}<>?!#$|^`\t",
  "\u00e9",
  "\u0435",
  "\uff33",
  "\u{1f36a}",
  "\u0001",
  "\u001f",
  "\u007f",
  "\u0080",
);
const odd = fc.string({ unit: oddCharacter, maxLength: 12 });

const name = fc.oneof(
  { weight: 9, arbitrary: oneOf("sid", "a", "session_id", "Secure", "Path", "$Version", "a b", '"q"', "x-y.z") },
  { weight: 1, arbitrary: odd },
  {
    weight: 3,
    arbitrary: fc
      .tuple(cased("__Secure-", "__Host-", "__Http-", "__Host-Http-", "__Host", "__HostX-"), oneOf("sid", "", "x"))
      .map((parts) => parts.join("")),
  },
);

const value = fc.oneof(
  { weight: 8, arbitrary: oneOf("1", "v", "abc123", "", '"quoted"', '"a; Secure; b"', "a=b", "Secure", "__Host-x") },
  { weight: 2, arbitrary: odd },
  { weight: 1, arbitrary: fc.integer({ min: 4085, max: 4100 }).map((length) => "x".repeat(length)) },
);

const pair = fc
  .tuple(blank, name, blank, fc.constantFrom("=", "=", "=", "=", "=", "", "=="), blank, value, blank)
  .map((parts) => parts.join(""));

const dates = fc.oneof(
  fc
    .date({ min: new Date("1969-01-01"), max: new Date("2100-01-01"), noInvalidDate: true })
    .map((date) => date.toUTCString()),
  oneOf(
    "Thu, 01 Jan 1970 00:00:00 GMT",
    "Thursday, 01-Jan-70 00:00:00 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
    "Wed, 21-Oct-37 07:28:09 GMT",
    "Sun Nov  6 08:49:37 1994",
    "2037-01-01T00:00:00Z",
    "30 Feb 2037 00:00:00 GMT",
    "01 Jan 1600 00:00:00 GMT",
    "01 Jan 37 0:0:0",
    "Jan 1 2037 24:00:00",
    "1 1 2037 00:00:00",
    "01 Jan 20371 00:00:00",
    "01 Jan 137 00:00:00",
    "01 Jan 7 00:00:00",
    "Mon, 01 Jan 2037 00:00:00 +0500",
    "Mon, 01 Jan 2037 00:00:00:99 GMT",
    "0",
    "-1",
    "banana",
    "",
  ),
);

const maxAges = oneOf("0", "-1", "1", "3600", "+60", "99999999999", "-0", "00", "1.5", "1e3", "0x10", '"60"', "x", "");
const domains = oneOf(
  HOST,
  HOST,
  HOST,
  PARENT,
  PARENT,
  PARENT,
  `.${HOST}`,
  `.${PARENT}`,
  `..${PARENT}`,
  `${PARENT}.`,
  `x.${HOST}`,
  `x${PARENT}`,
  SUFFIX,
  `.${SUFFIX}`,
  "other.test",
  "127.0.0.1",
  "",
  ".",
  "\u00e9.test",
  "a b",
  "%2e",
  ":80",
);
const paths = oneOf(
  "/",
  "/",
  "/",
  "/one",
  "/one/",
  "/one/two",
  "/other",
  "one",
  "",
  "//",
  "/ONE",
  "/a b",
  "/%6fne",
  '"/"',
);

const attribute = fc.oneof(
  { weight: 5, arbitrary: cased("Secure") },
  {
    weight: 2,
    arbitrary: oneOf(
      "Secure=",
      "Secure=false",
      "Secure =1",
      "Secure qux",
      '"Secure"',
      "Secured",
      "=Secure",
      "S\u0435cure",
      "Secure\u00a0",
      "Secure,",
    ),
  },
  { weight: 4, arbitrary: paths.map((text) => `Path=${text}`) },
  { weight: 4, arbitrary: domains.map((text) => `Domain=${text}`) },
  { weight: 2, arbitrary: dates.map((text) => `Expires=${text}`) },
  { weight: 2, arbitrary: maxAges.map((text) => `Max-Age=${text}`) },
  {
    weight: 3,
    arbitrary: oneOf("None", "none", "NONE", "Lax", "Strict", "", "x", '"None"', "None2").map(
      (text) => `SameSite=${text}`,
    ),
  },
  { weight: 2, arbitrary: cased("HttpOnly") },
  { weight: 2, arbitrary: cased("Partitioned", "Partitioned=0") },
  { weight: 1, arbitrary: cased("Path", "Domain", "SameSite", "Max-Age", "Expires") },
  { weight: 1, arbitrary: oneOf("", "=", "Priority=High", "Version=1", "Comment=x") },
  {
    weight: 1,
    arbitrary: fc
      .tuple(oneOf("Secure", "HttpOnly", "Path", "SameSite", "x", "Partitioned"), fc.integer({ min: 1020, max: 1030 }))
      .map(([attributeName, length]) => `${attributeName}=${"/".padEnd(length, "x")}`),
  },
  { weight: 1, arbitrary: odd },
);

const separator = fc.constantFrom("; ", "; ", "; ", ";", " ; ", ";\t", ";;");

/** One Set-Cookie line without the header's name: what servers send, and what readers trip over. */
export const setCookieLine: fc.Arbitrary<string> = fc
  .tuple(pair, fc.array(fc.tuple(separator, blank, attribute, blank), { maxLength: 5 }), oneOf("", "", "", ";", " "))
  .map(([first, attributes, end]) => first + attributes.map((parts) => parts.join("")).join("") + end);

/** One line of several that meet in one jar: from which host, and by which scheme. */
export interface Step {
  readonly scheme: "https" | "http";
  readonly host: string;
  readonly line: string;
}

const meeting = fc
  .record({
    path: oneOf(
      "",
      "",
      "; Path=/",
      "; Path=/one",
      "; Path=/one",
      "; Path=/one/",
      "; Path=/one/two",
      "; Path=/one/two/three",
    ),
    domain: oneOf("", "", `; Domain=${PARENT}`, `; Domain=${HOST}`),
    secure: oneOf("", "; Secure"),
    age: oneOf("", "", "", "; Max-Age=0", "; Max-Age=900"),
    scheme: fc.constantFrom("https" as const, "http" as const),
    host: oneOf(HOST, HOST, HOST, `b.${PARENT}`, PARENT),
  })
  .map(({ path, domain, secure, age, scheme, host }) => ({
    scheme,
    host,
    attributes: path + domain + secure + age,
  }));

/** Lines that overwrite, shadow and delete each other's cookies, or may not; each has its number for a value. */
export const setCookieSteps: fc.Arbitrary<readonly Step[]> = fc
  .tuple(oneOf("sid", "sid", "sid", "__Secure-sid"), fc.array(meeting, { minLength: 2, maxLength: 5 }))
  .map(([name, steps]) =>
    steps.map(({ scheme, host, attributes }, at) => ({ scheme, host, line: `${name}=${at}${attributes}` })),
  );
