import type { IncomingMessage } from 'node:http';
import { invalid } from '@chatplatform/kit/errors';

/**
 * The whole body, at most `maxBytes` of it in memory. What is too long is read on and thrown away, within reason: a
 * client that still sends does not read an answer.
 * @throws DomainError `invalid`: `media.too-large`, `media.empty`
 */
export async function readBody(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let received = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    received += chunk.length;
    if (received <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
    if (received > maxBytes * DISCARD_FACTOR) throw tooLarge(maxBytes);
  }
  if (received > maxBytes) throw tooLarge(maxBytes);
  if (received === 0) throw invalid('media.empty', 'Send the file as the body of the request.');
  return Buffer.concat(chunks);
}

const DISCARD_FACTOR = 4;

function tooLarge(maxBytes: number): Error {
  const megabytes = (maxBytes / 1_048_576).toFixed(1).replace(/\.0$/, '');
  return invalid('media.too-large', `The file is larger than ${megabytes} MiB: send a smaller one.`);
}
