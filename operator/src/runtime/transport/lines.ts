import { StringDecoder } from 'node:string_decoder';

/** Splits a byte stream into its non-empty lines. A last line without its newline was cut off, and is dropped. */
export async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  // Parts of a line that spans chunks: joined once, since += on a long line copies it again and again when flattened.
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const pieces = decoder.write(chunk).split('\n');
    const rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const line = parts.length > 0 ? parts.join('') + piece : piece;
      parts = [];
      if (line.length > 0) yield line;
    }
    if (rest.length > 0) parts.push(rest);
  }
}
