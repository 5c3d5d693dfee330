import { createServer } from 'node:http';
import protobuf from 'protobufjs';

/** The part of the OTLP trace request that a test reads. */
const schema = protobuf
  .parse(
    `
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
  message Resource { repeated KeyValue attributes = 1; }
  message KeyValue { string key = 1; AnyValue value = 2; }
  message AnyValue { string string_value = 1; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span {
    bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; int32 kind = 6;
    fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  }
`,
  )
  .root.lookupType('Request');

export type ReceivedSpan = {
  readonly service: string;
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty: it began the trace. */
  readonly parentSpanId: string;
  /** Milliseconds since 1970, to a microsecond. */
  readonly startMs: number;
  readonly endMs: number;
};

type Bytes = Uint8Array;
type DecodedSpan = {
  traceId: Bytes;
  spanId: Bytes;
  parentSpanId: Bytes;
  name: string;
  startTimeUnixNano: number;
  endTimeUnixNano: number;
};
type Decoded = {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue: string } }[] };
    scopeSpans: { spans: DecodedSpan[] }[];
  }[];
};

const hex = (bytes: Bytes): string => Buffer.from(bytes).toString('hex');

const decode = (body: Buffer): ReceivedSpan[] => {
  const request = schema.toObject(schema.decode(body), {
    defaults: true,
    arrays: true,
    longs: Number,
  }) as Decoded;
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? '';
    return scopeSpans
      .flatMap(({ spans }) => spans)
      .map((span) => ({
        service,
        name: span.name,
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        startMs: span.startTimeUnixNano / 1e6,
        endMs: span.endTimeUnixNano / 1e6,
      }));
  });
};

/** An OTLP/HTTP endpoint that keeps what it is sent. */
export const startOtlpCollector = async (): Promise<{
  url: string;
  spans: ReceivedSpan[];
  close(): Promise<void>;
}> => {
  const spans: ReceivedSpan[] = [];
  const server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      if (req.url === '/v1/traces') spans.push(...decode(Buffer.concat(chunks)));
      res.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
    });
  });
  const port = await new Promise<number>((resolve) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  return {
    url: `http://127.0.0.1:${port}`,
    spans,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
