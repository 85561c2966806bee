/**
 * The packages that set a cookie at another time than the application asks for it, or without being asked. What is on
 * the stack when they do is not the line to look at, so the agent notes the line earlier. The names are those under
 * which Node loads the packages, and no framework's declaration could hold them without being loaded into the
 * application's process.
 */
export type LatePackage = {
  readonly name: string;
  /** On behalf of a call that came before, or without one. */
  readonly sets: "what was asked" | "by itself";
  readonly hooks?: readonly Hook[];
};

/** A function of a package that the agent listens to. */
export type Hook = {
  /** The file in the package. */
  readonly file: RegExp;
  /** The function: the export itself, or a property of it, or of its prototype, by dots. */
  readonly at: string;
} & (
  | {
      /** Its caller constructs something that sets a cookie later, by itself. */
      readonly does: "constructs";
      /** Options that may hold the cookie's name; the first argument that is an object has them. */
      readonly names: readonly string[];
    }
  | ({ readonly does: "asks" } & Asking)
  | {
      /** Its caller gives a header that is set later. The arguments are its name and its value. */
      readonly does: "gives";
    }
  | {
      /** It returns an application, on which further functions are listened to. */
      readonly does: "makes";
      readonly methods: readonly Method[];
    }
);

/** Its caller asks for a cookie that is set later. The first argument is the cookie's name. */
export interface Asking {
  /** Which argument has the options, and under which name one of them says whether it is Secure. */
  readonly secure: readonly [argument: number, option: string];
  readonly deletion: boolean;
}

/** A method of an application. */
export type Method =
  | { readonly name: string; readonly does: "registers"; readonly names: readonly string[] }
  /** Adds a method of the given name to replies; those that are listed ask for a cookie. */
  | { readonly name: string; readonly does: "decorates"; readonly asking: Readonly<Record<string, Asking>> }
  /** The first argument is the name of a cookie that is configured here. */
  | { readonly name: string; readonly does: "configures" };

export const latePackages: readonly LatePackage[] = [
  {
    name: "express-session",
    sets: "by itself",
    hooks: [{ file: /^index\.js$/, at: "", does: "constructs", names: ["name", "key"] }],
  },
  {
    name: "cookie-session",
    sets: "by itself",
    hooks: [{ file: /^index\.js$/, at: "", does: "constructs", names: ["name", "key"] }],
  },
  {
    name: "koa-session",
    sets: "by itself",
    hooks: ["", "default", "createSession"].map((at) => ({
      file: /^(?:index|dist\/(?:commonjs|esm)\/index)\.js$/,
      at,
      does: "constructs",
      names: ["key"],
    })),
  },
  {
    name: "iron-session",
    sets: "by itself",
    hooks: [{ file: /^dist\/index\.c?js$/, at: "getIronSession", does: "constructs", names: ["cookieName"] }],
  },
  {
    name: "fastify",
    sets: "what was asked",
    hooks: [
      ...["", "default", "fastify"].map(
        (at): Hook => ({
          file: /^fastify\.js$/,
          at,
          does: "makes",
          methods: [
            { name: "register", does: "registers", names: ["cookieName"] },
            {
              name: "decorateReply",
              does: "decorates",
              asking: {
                setCookie: { secure: [2, "secure"], deletion: false },
                cookie: { secure: [2, "secure"], deletion: false },
                clearCookie: { secure: [1, "secure"], deletion: true },
              },
            },
          ],
        }),
      ),
      { file: /^lib\/reply\.js$/, at: "prototype.header", does: "gives" },
    ],
  },
  // They set what was asked for when the response is sent, or when a plugin's turn comes.
  { name: "@fastify/cookie", sets: "what was asked" },
  { name: "@fastify/session", sets: "by itself" },
  { name: "@fastify/secure-session", sets: "by itself" },
  {
    name: "@hapi/hapi",
    sets: "what was asked",
    hooks: [
      {
        file: /^lib\/request\.js$/,
        at: "prototype._setState",
        does: "asks",
        secure: [2, "isSecure"],
        deletion: false,
      },
      {
        file: /^lib\/request\.js$/,
        at: "prototype._clearState",
        does: "asks",
        secure: [1, "isSecure"],
        deletion: true,
      },
      { file: /^lib\/response\.js$/, at: "prototype._header", does: "gives" },
      {
        file: /^lib\/server\.js$/,
        at: "",
        does: "makes",
        methods: [
          { name: "state", does: "configures" },
          { name: "register", does: "registers", names: ["name"] },
        ],
      },
    ],
  },
  { name: "@hapi/yar", sets: "by itself" },
  { name: "@hapi/statehood", sets: "what was asked" },
  { name: "@hono/node-server", sets: "what was asked" },
  { name: "hono", sets: "what was asked" },
  { name: "next", sets: "what was asked" },
  // Calls its listeners when the headers are written, whoever writes them.
  { name: "on-headers", sets: "what was asked" },
];
