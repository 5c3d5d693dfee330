/** Compares two versions as semantic versioning does: negative when `a` is older. Pre-releases come before their release. */
export function compareVersions(a: string, b: string): number {
  const [coreA = '', preA] = split(a);
  const [coreB = '', preB] = split(b);
  const byCore = compareLists(coreA.split('.'), coreB.split('.'));
  if (byCore !== 0) return byCore;
  if (preA === undefined || preB === undefined)
    return Number(preA === undefined) - Number(preB === undefined);
  return compareLists(preA.split('.'), preB.split('.'));
}

function split(version: string): [string, string?] {
  const dash = version.indexOf('-');
  return dash < 0 ? [version] : [version.slice(0, dash), version.slice(dash + 1)];
}

function compareLists(a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i += 1) {
    const [x, y] = [a[i], b[i]];
    if (x === undefined || y === undefined) return Number(y === undefined) - Number(x === undefined);
    const order = compareIdentifiers(x, y);
    if (order !== 0) return order;
  }
  return 0;
}

const isNumber = (text: string) => /^[0-9]+$/.test(text);

/** Numbers by value and before words; words by their letters. */
function compareIdentifiers(a: string, b: string): number {
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b);
  if (isNumber(a) !== isNumber(b)) return isNumber(a) ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

const parts = (version: string) => {
  const [major = 0, minor = 0] = (split(version)[0] ?? '').split('.').map(Number);
  return { major, minor };
};

/**
 * Whether one release may follow the other directly: its own minor version or the next, or the first of the next major
 * version. What contracts a schema is only written for the version right before.
 */
export function isNextVersion(from: string, to: string): boolean {
  const [a, b] = [parts(from), parts(to)];
  if (a.major === b.major) return b.minor <= a.minor + 1;
  return b.major < a.major || (b.major === a.major + 1 && b.minor === 0);
}
