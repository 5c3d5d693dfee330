/** A package as apt names it. */
export interface DebianPackage {
  name: string;
  /** With epoch: `5:8.0.2-3`. */
  version: string;
  /** Name of the .deb in apt's archives folder. */
  fileName: string;
}

/** Reads `apt-get --print-uris install`: `'http://host/pool/x.deb' redis-tools_5%3a8.0.2-3_amd64.deb 91234 SHA256:...`. */
export function parsePrintUris(output: string): DebianPackage[] {
  return output.split('\n').flatMap((line) => {
    const fileName = /^'[^']+' (\S+\.deb) \d+/.exec(line)?.[1];
    if (fileName === undefined) return [];
    const [name, version] = fileName.split('_');
    if (name === undefined || version === undefined) return [];
    return [{ name, version: decodeURIComponent(version), fileName }];
  });
}
