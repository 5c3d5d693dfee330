import type { Entry } from './entry.ts';

/** How many entries each channel gets of `limit`: as many as it misses, in the order given. */
export function shareOut(
  missed: readonly { readonly afterSeq: number; readonly lastSeq: number }[],
  limit: number,
): number[] {
  let left = limit;
  return missed.map(({ afterSeq, lastSeq }) => {
    const share = Math.min(left, Math.max(0, lastSeq - afterSeq));
    left -= share;
    return share;
  });
}

/** What an entry takes in an answer besides its text. */
const FRAME = 500;
const RECEIPT = 150;
const REACTION = 50;

/** In characters, never far below the truth. */
export function roughSize(entry: Entry): number {
  switch (entry.type) {
    case 'message':
      return FRAME + entry.message.text.length + entry.message.reactions.length * REACTION;
    case 'message-edited':
      return FRAME + entry.text.length;
    case 'receipts':
      return FRAME + entry.receipts.length * RECEIPT;
    default:
      return FRAME;
  }
}
