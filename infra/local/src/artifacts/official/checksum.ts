/**
 * The SHA-256 that a checksum file states for a file: the whole content, or the line that ends in its name.
 *
 * @returns lower-case hex; undefined when the file states none
 */
export function readChecksum(content: string, fileName: string): string | undefined {
  const lines = content.split('\n').map((line) => /^([0-9a-f]{64})(?:\s+\*?(\S+))?\s*$/i.exec(line.trim()));
  const stated = lines.flatMap((match) => (match === null ? [] : [{ sum: match[1], name: match[2] }]));
  const found =
    stated.find(({ name }) => name?.split('/').at(-1) === fileName) ??
    (stated.length === 1 && stated[0]?.name === undefined ? stated[0] : undefined);
  return found?.sum?.toLowerCase();
}
