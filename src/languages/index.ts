import type { Language, ProgramLanguage, SettingsLanguage } from "../language.ts";
import { csharp } from "./csharp/index.ts";
import { env } from "./env/index.ts";
import { html } from "./html/index.ts";
import { ini } from "./ini/index.ts";
import { java } from "./java/index.ts";
import { javascript } from "./javascript/index.ts";
import { json } from "./json/index.ts";
import { jsp } from "./jsp/index.ts";
import { properties } from "./properties/index.ts";
import { python } from "./python/index.ts";
import { ruby } from "./ruby/index.ts";
import { xml } from "./xml/index.ts";
import { yaml } from "./yaml/index.ts";

export const languages: readonly Language[] = [
  javascript,
  html,
  python,
  java,
  jsp,
  csharp,
  ruby,
  xml,
  yaml,
  json,
  ini,
  properties,
  env,
];

const byExtension = new Map<string, Language>();
for (const language of languages) for (const extension of language.extensions) byExtension.set(extension, language);

function languageOf(file: string): Language | undefined {
  const name = file.slice(file.lastIndexOf("/") + 1);
  if (/^\.env(\.|$)/.test(name)) return env;
  const dot = name.lastIndexOf(".");
  return dot === -1 ? undefined : byExtension.get(name.slice(dot).toLowerCase());
}

/** The programming language of a file, by its name. */
export function programLanguageOf(file: string): ProgramLanguage | undefined {
  const language = languageOf(file);
  return language?.kind === "program" ? language : undefined;
}

/** The configuration format of a file, by its name. */
export function settingsLanguageOf(file: string): SettingsLanguage | undefined {
  const language = languageOf(file);
  return language?.kind === "settings" ? language : undefined;
}
