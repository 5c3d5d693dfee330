import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';

/** What a page is compressed against at most: more only makes each call slower. */
const DICTIONARY_BYTES = 96 * 1024;
const OPTIONS = { params: { [constants.ZSTD_c_compressionLevel]: 3 } };

const ENTRY_END = '\n';
const NAME_END = '\t';

/**
 * Turns a page of texts by name into a short string and back. Texts are JSON, hence hold no raw line end or tab.
 *
 * Pages of one resource are much alike: the first one becomes the dictionary for all that follow, which then take a tenth
 * of what they would take alone.
 */
export class PageCodec {
  #dictionary: Buffer | undefined;

  encode(page: ReadonlyMap<string, string>): string {
    const text = [...page].map(([name, value]) => `${name}${NAME_END}${value}`).join(ENTRY_END);
    const bytes = Buffer.from(text);
    this.#dictionary ??= Buffer.from(bytes.subarray(0, DICTIONARY_BYTES));
    // As text with a byte a character: V8 holds it on its own heap, where a small buffer would cost twice its size.
    return zstdCompressSync(bytes, {
      ...OPTIONS,
      // Without it, tables for a stream without end are made for each page: megabytes, and most of the time.
      pledgedSrcSize: bytes.length,
      dictionary: this.#dictionary,
    }).toString('latin1');
  }

  /** @param encoded by this very codec */
  decode(encoded: string): Map<string, string> {
    const dictionary = this.#dictionary;
    const bytes = zstdDecompressSync(Buffer.from(encoded, 'latin1'), { ...(dictionary && { dictionary }) });
    const entries = bytes.toString().split(ENTRY_END);
    return new Map(
      entries.map((entry) => {
        const end = entry.indexOf(NAME_END);
        return [entry.slice(0, end), entry.slice(end + 1)];
      }),
    );
  }
}
