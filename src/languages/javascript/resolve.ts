import type { FileIndex } from "../../language.ts";
export function resolve(_specifier: string, _from: string, _files: FileIndex): string | undefined { return undefined; }
