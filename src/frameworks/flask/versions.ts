import type { Condition, Context, Seen, SeenAlternative } from "../../framework.ts";

const says = "Werkzeug is 2.3 or newer, which writes `Secure` for every value but `False` and `None`";

/** `0` and `""` are off before Werkzeug 2.3, and written as `Secure=0` since. */
export function onOldWerkzeug(seen: Seen, context: Context): Seen {
  return seen.flatMap((each): readonly SeenAlternative[] => {
    const { data } = each;
    if (data.kind !== "literal" || (data.value !== 0 && data.value !== "")) return [each];
    const isNew = writesFalsy(context);
    const condition = { kind: "version", key: "Werkzeug 2.3", says } as const satisfies Partial<Condition>;
    return [
      {
        ...each,
        data: { kind: "literal", value: true },
        when: [...each.when, { ...condition, arm: true, holds: isNew }],
      },
      {
        ...each,
        data: { kind: "literal", value: false },
        when: [...each.when, { ...condition, arm: false, holds: isNew === undefined ? undefined : !isNew }],
      },
    ];
  });
}

/** By what requirements files pin; Flask 2.3 brings Werkzeug 2.3. */
function writesFalsy(context: Context): boolean | undefined {
  for (const name of ["requirements.txt", "pyproject.toml", "Pipfile.lock", "poetry.lock"]) {
    for (const file of context.files.endingIn(name).slice(0, 3)) {
      const text = context.files.read(file) ?? "";
      const pin = /^[ \t"']*(?:werkzeug|flask)[ \t]*(?:==|>=|~=)[ \t]*(\d+)\.(\d+)/im.exec(text);
      if (pin !== null) return Number(pin[1]) > 2 || (Number(pin[1]) === 2 && Number(pin[2]) >= 3);
    }
  }
  return undefined;
}
