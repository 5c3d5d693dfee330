import { Redactor } from '../redaction/redactor.ts';
import { objectPath, objectText } from './collect.ts';
import type { Bundle, Collected } from './collect.ts';

const README = `A support bundle of ChatPlatform.

status.txt   the platform as \`kubectl chatplatform status\` shows it
versions     of client, operator and platform
objects/     every object of the platform, and its events
logs/        the end of each container's log, of its run before this one, and of the operator's
gaps.txt     what could not be read

Secrets have been removed: of each Secret only the names of its keys are here, and their values have been replaced
wherever they were found. Look through it nevertheless before you hand it on: people's names and messages' metadata
may be in the logs.
`;

export interface BundleInput {
  readonly collected: Collected;
  /** Other files, by path. */
  readonly files: ReadonlyMap<string, string>;
  readonly gaps: readonly string[];
}

/** Puts together what is handed on. Nothing gets in that has not been through the redactor. */
export function bundleOf({ collected, files, gaps }: BundleInput): Bundle {
  const redactor = new Redactor(collected.secrets);
  const bundle: Bundle = new Map([['README.txt', README]]);
  for (const [path, text] of files) bundle.set(path, redactor.text(text));
  for (const object of collected.objects) {
    // Once more as text: a value may show only when all is written out.
    bundle.set(objectPath(object), redactor.text(objectText(redactor.object(object))));
  }
  for (const [path, text] of collected.logs) bundle.set(path, redactor.text(text));
  if (gaps.length > 0) bundle.set('gaps.txt', redactor.text(`${gaps.join('\n')}\n`));
  return bundle;
}
