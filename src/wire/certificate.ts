import { isIP } from "node:net";
import { generate } from "selfsigned";

/** PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const localNames = ["localhost", "127.0.0.1", "::1"];

/** A certificate for this machine that no one trusts, good for a day. The key is kept in memory alone. */
export async function throwAwayCertificate(host: string): Promise<Certificate> {
  const now = Date.now();
  const hour = 60 * 60 * 1000;
  const altNames = [...new Set([host, ...localNames])].map((name) =>
    isIP(name) === 0 ? { type: 2 as const, value: name } : { type: 7 as const, ip: name },
  );
  const { cert, private: key } = await generate([{ name: "commonName", value: host }], {
    keyType: "ec",
    algorithm: "sha256",
    notBeforeDate: new Date(now - hour),
    notAfterDate: new Date(now + 24 * hour),
    extensions: [
      { name: "basicConstraints", cA: false, critical: true },
      { name: "keyUsage", digitalSignature: true, critical: true },
      { name: "extKeyUsage", serverAuth: true },
      { name: "subjectAltName", altNames },
    ],
  });
  return { cert, key };
}
