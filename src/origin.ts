/** What a file's path says of whose code it is. */
export type Origin = "test" | "third-party";

const TEST_FOLDER =
  /(?:^|\/)(?:tests?|specs?|__tests__|e2e|cypress|test[-_]?data|fixtures?|__fixtures__|__mocks__|src\/it)\//i;
const TEST_FILE =
  /(?:^|\/)(?:conftest\.py|test_[^/]*\.py|[^/]*(?:_test\.(?:py|rb)|_spec\.rb|[.-](?:test|spec)\.[cm]?[jt]sx?|(?:Tests?|IT)\.java|Tests?\.cs))$/;
const THIRD_PARTY_FOLDER = /(?:^|\/)(?:third[-_]?party|vendors?|vendored|externals?)\//i;
/** A copy of a library bears its version: `name-1.2.3.js`, `name-1.2.3-core.js`. */
const VERSIONED = /(?:^|\/)[A-Za-z][\w.]*[-.]v?\d+\.\d+(?:\.\d+)?(?:[-.][\w.-]*)?\.[cm]?js$/;

export function originOf(file: string): Origin | undefined {
  if (THIRD_PARTY_FOLDER.test(file) || VERSIONED.test(file)) return "third-party";
  return TEST_FOLDER.test(file) || TEST_FILE.test(file) ? "test" : undefined;
}
