import dgram from 'node:dgram';
import { once } from 'node:events';

export interface DnsStub {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  /** IPv4 address by name; a name that is not here is not found. */
  readonly records: Map<string, string>;
  close(): Promise<void>;
}

const HEADER = 12;

/** Name and end of the one question of a query. */
function questionOf(query: Buffer): { name: string; end: number } {
  const labels: string[] = [];
  let at = HEADER;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += 1 + length;
  }
  return { name: labels.join('.'), end: at + 5 };
}

function answerTo(query: Buffer, address: string | undefined): Buffer {
  const { end } = questionOf(query);
  const header = Buffer.from(query.subarray(0, HEADER));
  header.writeUInt16BE(address === undefined ? 0x8183 : 0x8180, 2);
  header.writeUInt16BE(address === undefined ? 0 : 1, 6);
  header.writeUInt32BE(0, 8);
  const question = query.subarray(HEADER, end);
  if (address === undefined) return Buffer.concat([header, question]);
  const ttlSeconds = 1;
  const record = Buffer.from([
    0xc0,
    HEADER,
    0,
    1,
    0,
    1,
    0,
    0,
    0,
    ttlSeconds,
    0,
    4,
    ...address.split('.').map(Number),
  ]);
  return Buffer.concat([header, question, record]);
}

/** A DNS server that knows a few A records: enough to be a cluster's for nginx. */
export async function startDnsStub(): Promise<DnsStub> {
  const records = new Map<string, string>();
  const socket = dgram.createSocket('udp4');
  socket.on('message', (query, from) => {
    socket.send(answerTo(query, records.get(questionOf(query).name)), from.port, from.address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    records,
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}
