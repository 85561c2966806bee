/** A lexical scope. Names map to slots; what a slot holds is in the state, so that branches can differ. */
export interface Scope {
  readonly kind: "module" | "function" | "block" | "class";
  readonly parent: Scope | undefined;
  readonly names: Map<string, number>;
}

let slots = 0;

export function newScope(kind: Scope["kind"], parent: Scope | undefined): Scope {
  return { kind, parent, names: new Map() };
}

/** The slot of a name in this scope alone, made when it is not there. */
export function declareIn(scope: Scope, name: string): number {
  const existing = scope.names.get(name);
  if (existing !== undefined) return existing;
  slots += 1;
  scope.names.set(name, slots);
  return slots;
}

/** The slot that a name means when read here. */
export function findSlot(scope: Scope, name: string): number | undefined {
  for (let each: Scope | undefined = scope; each !== undefined; each = each.parent) {
    const slot = each.names.get(name);
    if (slot !== undefined) return slot;
  }
  return undefined;
}

/** The nearest scope of a function or module. */
export function functionScope(scope: Scope): Scope {
  let each = scope;
  while (each.kind === "block" && each.parent !== undefined) each = each.parent;
  return each;
}
