/**
 * As much of Socket.IO's protocol (Engine.IO 4 below it) as a generator of load needs. Events stay text: the generator
 * counts thousands a message, and what it would spend on parsing each it would take from what it measures.
 */
export type Packet =
  | { readonly kind: 'open' | 'ping' | 'closed' | 'other' }
  | { readonly kind: 'connected' }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'event'; readonly text: string }
  | { readonly kind: 'ack'; readonly id: number; readonly body: unknown };

const MESSAGE = '4';
const KINDS: Readonly<Record<string, Packet>> = {
  '0': { kind: 'open' },
  '1': { kind: 'closed' },
  '2': { kind: 'ping' },
};
const OTHER: Packet = { kind: 'other' };

/** @throws SyntaxError when an acknowledgement or refusal holds no JSON */
export function decodePacket(text: string): Packet {
  if (!text.startsWith(MESSAGE)) return KINDS[text.charAt(0)] ?? OTHER;
  switch (text.charAt(1)) {
    case '0':
      return { kind: 'connected' };
    case '1':
      return { kind: 'closed' };
    case '2':
      return { kind: 'event', text };
    case '3':
      return decodeAck(text);
    case '4':
      return { kind: 'refused', reason: text.slice(2) };
    default:
      return OTHER;
  }
}

function decodeAck(text: string): Packet {
  const start = text.indexOf('[');
  const [body] = JSON.parse(text.slice(start)) as unknown[];
  return { kind: 'ack', id: Number(text.slice(2, start)), body };
}

export const PONG = '3';
export const encodeConnect = (auth: object): string => `40${JSON.stringify(auth)}`;
export const encodeEvent = (ackId: number, name: string, body: unknown): string =>
  `42${ackId}${JSON.stringify([name, body])}`;

export const isEvent = (text: string, name: string): boolean => text.startsWith(`42["${name}"`);

/** The value of the first string field of this name, without parsing the rest; only for values without escapes. */
export function stringField(text: string, name: string): string | undefined {
  const key = `"${name}":"`;
  const start = text.indexOf(key);
  if (start < 0) return undefined;
  const from = start + key.length;
  const end = text.indexOf('"', from);
  return end < 0 ? undefined : text.slice(from, end);
}

/** The same of a whole number; `NaN` when there is none. */
export function numberField(text: string, name: string): number {
  const key = `"${name}":`;
  const start = text.indexOf(key);
  return start < 0
    ? Number.NaN
    : Number.parseInt(text.slice(start + key.length, start + key.length + 16), 10);
}
