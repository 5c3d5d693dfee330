import { clientFrames } from '@chatplatform/contracts/frames/socket';
import { newId } from '@chatplatform/kit/ids';

/** mulberry32: a run is repeated by its seed. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What is sent on a WebSocket, in this order: a Socket.IO packet with attachments takes several. */
export type RandomFrame = readonly (string | Buffer)[];

/** Names that mean something to JavaScript or to the gateway. */
const NAMES = [
  ...Object.keys(clientFrames),
  ...['__proto__', 'constructor', 'toString', 'hasOwnProperty', '', 'message:created', 'session:ended', '*'],
];
/** Names that Socket.IO keeps for itself: it ends a connection that sends an event of such a name. */
const RESERVED = ['connect', 'connect_error', 'disconnect', 'disconnecting', 'newListener', 'removeListener'];
const KEYS = [
  ...['channelId', 'message', 'clientMessageId', 'text', 'seq', 'afterSeq', 'limit', 'token', 'typing'],
  ...['traceparent', 'attachments', 'mentions', '__proto__', 'constructor', 'length', '_placeholder', 'num'],
];
const TEXTS = [
  '',
  ' ',
  '\u0000',
  '\ud800',
  '🎿'.repeat(50),
  '../../etc',
  '{"a":1}',
  '-1',
  '9'.repeat(400),
  'x'.repeat(9_000),
];
const NUMBERS = [0, -0, -1, 1, 0.5, 2 ** 31, 2 ** 53, -(2 ** 63), 1e308, 5e-324];

/**
 * Frames of three kinds: nonsense on every layer (most of which rightly ends the connection), Socket.IO packets that are
 * nearly right, and well-formed events with any body, which have to be answered.
 */
export function randomFrames(random: () => number) {
  const below = (limit: number): number => Math.floor(random() * limit);
  const oneOf = <T>(values: readonly T[]): T => values[below(values.length)] as T;
  const bytes = (most: number): Buffer => Buffer.from(Array.from({ length: below(most) }, () => below(256)));
  const digits = (): string => String(oneOf([below(10), below(1e6), oneOf(NUMBERS)]));

  const json = (depth: number): unknown => {
    const simple = [
      () => null,
      () => random() < 0.5,
      () => oneOf(NUMBERS),
      () => oneOf(TEXTS),
      () => newId(),
      () => ({ _placeholder: true, num: oneOf([0, 1, -1, 'length', null]) }),
    ];
    const nested = [
      () => Array.from({ length: below(4) }, () => json(depth - 1)),
      () => Object.fromEntries(Array.from({ length: below(5) }, () => [oneOf(KEYS), json(depth - 1)])),
    ];
    return oneOf(depth > 0 ? [...simple, ...nested, ...nested] : simple)();
  };
  const args = (): unknown[] => [oneOf(NAMES), ...Array.from({ length: below(3) }, () => json(4))];

  /** An acknowledged event: the id says which answer belongs to it. */
  const event = (id: number): RandomFrame => [`42${id}${JSON.stringify([oneOf(NAMES), json(4)])}`];
  const withAttachments = (): RandomFrame => {
    const announced = below(3);
    return [`45${announced}-${JSON.stringify(args())}`, ...Array.from({ length: below(3) }, () => bytes(64))];
  };
  const nonsense = (): RandomFrame =>
    oneOf<() => RandomFrame>([
      () => [bytes(200)],
      () => [bytes(60).toString('latin1')],
      () => [`${below(10)}${bytes(20).toString('latin1')}`],
      () => [`4${below(10)}${oneOf(['', '/', '/admin,', '/?a=1,', digits()])}${JSON.stringify(json(2))}`],
      () => [`42${digits()}${JSON.stringify(args()).slice(0, below(40))}`],
      () => [`43${digits()}${JSON.stringify([json(2)])}`],
      () => [`42${JSON.stringify([oneOf(RESERVED), json(2)])}`],
      () => ['2probe'],
      () => ['5'],
      () => ['6'],
      () => [`40${JSON.stringify({ token: json(2) })}`],
      () => [`44${JSON.stringify(json(1))}`],
      () => [`42["${'['.repeat(below(5_000))}`],
      withAttachments,
    ])();
  return { event, nonsense };
}
