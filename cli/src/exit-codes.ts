/** What the process ends with; `--help` and the README list them. */
export const EXIT = {
  ok: 0,
  failed: 1,
  /** `plan` only: applying would change something. */
  changes: 2,
  /** As in sysexits.h. */
  usage: 64,
  interrupted: 130,
} as const;

export const EXIT_CODES: readonly (readonly [number, string])[] = [
  [EXIT.ok, 'done; for `plan`: nothing would change'],
  [EXIT.failed, 'failed: the message says why and what to do'],
  [EXIT.changes, '`plan` only: something would change'],
  [EXIT.usage, 'the command line was not understood'],
  [EXIT.interrupted, 'interrupted before it was done; what goes on until Ctrl-C ends with 0'],
];
