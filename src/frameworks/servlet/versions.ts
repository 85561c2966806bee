import type { Context, SeenAlternative } from "../../framework.ts";

/** https://jakarta.ee/specifications/servlet/6.1/jakarta-servlet-spec-6.1#changes-since-jakarta-servlet-6-0 */
const before = "Servlet is older than 6.1, which takes `true` for Secure and not the empty text";
const since = "Servlet is 6.1 or newer, which takes the empty text for Secure and not `true`";

/** What `setAttribute("Secure", …)` comes to: Servlet 6.0 reads the text as a boolean, 6.1 looks for an empty one. */
export function attributeSecure(each: SeenAlternative, context: Context): readonly SeenAlternative[] {
  const { data } = each;
  if (data.kind !== "literal" || typeof data.value !== "string") return [each];
  const says = data.value === "" ? since : before;
  if (data.value !== "" && !/^true$/i.test(data.value)) return [{ ...each, data: { kind: "literal", value: false } }];
  const isNew = isServlet61(context);
  return [true, false].map((value) => {
    const holds = isNew === undefined ? undefined : (isNew === (says === since)) === value;
    const condition = { kind: "version", key: "Servlet 6.1", says, arm: value, holds } as const;
    return { ...each, data: { kind: "literal", value }, when: [...each.when, condition] };
  });
}

/** By what a build file pins: the API itself, or Tomcat, of which 11 speaks Servlet 6.1. */
function isServlet61(context: Context): boolean | undefined {
  for (const name of ["pom.xml", "build.gradle", "build.gradle.kts"]) {
    for (const file of context.files.endingIn(name).slice(0, 3)) {
      const text = context.files.read(file) ?? "";
      const api = /\bjakarta\.servlet-api\b[^\d]{1,80}(\d+)\.(\d+)/.exec(text);
      if (api !== null) return Number(api[1]) > 6 || (Number(api[1]) === 6 && Number(api[2]) >= 1);
      const tomcat = /\btomcat-embed-core\b[^\d]{1,80}(\d+)\./.exec(text);
      if (tomcat !== null) return Number(tomcat[1]) >= 11;
    }
  }
  return undefined;
}
