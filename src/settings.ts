import type { Span } from "./program.ts";

export type SettingsFormat = "xml" | "yaml" | "json" | "ini" | "properties" | "env" | "toml";

/** A configuration file, read. Plain data. */
export interface Settings {
  readonly kind: "settings";
  readonly file: string;
  readonly format: SettingsFormat;
  /** YAML may hold several documents; the other formats have one root. */
  readonly roots: readonly SettingNode[];
  readonly comments: readonly Span[];
  /** What could not be read, and why. */
  readonly errors: readonly { readonly span: Span; readonly because: string }[];
}

/**
 * One element, mapping, list, section, key or value.
 *
 * - XML: an element; `attributes` are its attributes, `value` its trimmed text content (entities and CDATA resolved).
 *   `name` is the local name, `prefix` the namespace prefix as written.
 * - YAML, JSON, TOML: a mapping entry (`name` is the key) or a list item (`name` is the index).
 * - INI: sections, whose children are keys. Properties and env: keys under one root.
 */
export interface SettingNode {
  readonly name: string;
  readonly prefix?: string;
  /** Scalars: the value as the format reads it (YAML `yes` under its own schema, JSON booleans); XML and INI: text. */
  readonly value?: string | number | boolean | null;
  readonly attributes: readonly SettingAttribute[];
  readonly children: readonly SettingNode[];
  /** The whole node: element from `<` to `>`, `key: value`, section with its keys. */
  readonly span: Span;
  /** The key, tag name or section header name. */
  readonly nameSpan: Span;
  /** The scalar value (without quotes in JSON and YAML), the text content of an element. */
  readonly valueSpan?: Span;
  /** Where children stand: between the start and end tag (absent for `<a/>`), the body of a mapping. */
  readonly innerSpan?: Span;
}

export interface SettingAttribute {
  readonly name: string;
  readonly prefix?: string;
  readonly value: string;
  readonly span: Span;
  /** Without the quotes. */
  readonly valueSpan: Span;
}
