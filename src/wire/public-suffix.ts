import { getPublicSuffix } from "tldts";

/** The domain is a name already: there is no URL to take it from, and what is no name has no suffix to be. */
const options = {
  allowPrivateDomains: true,
  extractHostname: false,
  validateHostname: false,
  detectIp: false,
} as const;

/**
 * Whether nobody may have cookies for a domain and all below it, by the Public Suffix List with its private part, as
 * browsers use it. What the list does not know is judged by its last label.
 * @param domain canonical
 */
export function isPublicSuffix(domain: string): boolean {
  return getPublicSuffix(domain, options) === domain;
}
