import { z } from 'zod';
import { eventCatalogue } from '../events/catalogue.ts';
import { cloudEvent, DEAD_LETTER_EXCHANGE, EVENT_CONTENT_TYPE, EVENT_EXCHANGE } from '../events/envelope.ts';
import { broadcasts, producers, subscriptions } from '../events/subscriptions.ts';
import { ackOf, clientFrameResults, clientFrames, serverFrames } from '../frames/socket.ts';
import { inlineSchema } from './json-schema.ts';
import type { JsonSchema } from './json-schema.ts';

const eventTypes = Object.entries(eventCatalogue) as [keyof typeof eventCatalogue, z.ZodType][];

const servicesIn = (table: Readonly<Record<string, readonly string[]>>, type: string): string[] =>
  Object.entries(table).flatMap(([service, types]) => (types.includes(type) ? [service] : []));

/** A key of the document: `user.registered.v1` and `message:send` hold characters that references must not. */
const key = (name: string): string => name.replaceAll(/[^A-Za-z0-9]+/g, '-');

const eventMessage = (type: string, data: z.ZodType): JsonSchema => ({
  name: type,
  title: type,
  contentType: EVENT_CONTENT_TYPE,
  payload: inlineSchema(cloudEvent.extend({ type: z.literal(type), data }), 'output'),
});

const eventChannels = (): Record<string, JsonSchema> =>
  Object.fromEntries(
    eventTypes.map(([type]) => [
      key(type),
      {
        address: type,
        servers: [{ $ref: '#/servers/broker' }],
        messages: { [key(type)]: { $ref: `#/components/messages/${key(type)}` } },
        bindings: {
          amqp: {
            is: 'routingKey',
            exchange: { name: EVENT_EXCHANGE, type: 'topic', durable: true, autoDelete: false },
          },
        },
      },
    ]),
  );

const eventOperations = (): Record<string, JsonSchema> => {
  const channel = (type: string): JsonSchema => ({ $ref: `#/channels/${key(type)}` });
  const sends = eventTypes.map(([type]) => [
    `${producers[type]}-publishes-${key(type)}`,
    { action: 'send', channel: channel(type), summary: `${producers[type]} tells of it` },
  ]);
  const receives = eventTypes.flatMap(([type]) =>
    servicesIn(subscriptions, type).map((service) => [
      `${service}-consumes-${key(type)}`,
      {
        action: 'receive',
        channel: channel(type),
        summary: `${service} takes it from the quorum queue ${service}.events`,
        description: `At least once, in order for one subject. What cannot be handled goes through the exchange ${DEAD_LETTER_EXCHANGE} to ${service}.dead.`,
      },
    ]),
  );
  const hears = eventTypes.flatMap(([type]) =>
    servicesIn(broadcasts, type).map((service) => [
      `${service}-hears-${key(type)}`,
      {
        action: 'receive',
        channel: channel(type),
        summary: `every process of ${service} hears it on a queue of its own`,
        description: 'Once, while the process is connected; what it misses it learns elsewhere.',
      },
    ]),
  );
  return Object.fromEntries([...sends, ...receives, ...hears]);
};

const frameMessage = (name: string, schema: z.ZodType, io: 'input' | 'output'): JsonSchema => ({
  name,
  title: name,
  contentType: 'application/json',
  payload: inlineSchema(schema, io),
});

const frameNames = Object.keys(clientFrames) as (keyof typeof clientFrames)[];
const ackKey = (name: string): string => `${key(name)}-ack`;

const frameMessages = (): Record<string, JsonSchema> => ({
  ...Object.fromEntries(
    frameNames.map((name) => [key(name), frameMessage(name, clientFrames[name], 'input')]),
  ),
  ...Object.fromEntries(
    frameNames.map((name) => [
      ackKey(name),
      frameMessage(`${name} (acknowledgement)`, ackOf(clientFrameResults[name]), 'output'),
    ]),
  ),
  ...Object.fromEntries(
    Object.entries(serverFrames).map(([name, schema]) => [
      `server-${key(name)}`,
      frameMessage(name, schema, 'output'),
    ]),
  ),
});

const socketMessageRef = (name: string): JsonSchema => ({ $ref: `#/channels/socket/messages/${name}` });

const frameOperations = (): Record<string, JsonSchema> => ({
  ...Object.fromEntries(
    frameNames.map((name) => [
      `gateway-receives-${key(name)}`,
      {
        action: 'receive',
        channel: { $ref: '#/channels/socket' },
        messages: [socketMessageRef(key(name))],
        reply: { channel: { $ref: '#/channels/socket' }, messages: [socketMessageRef(ackKey(name))] },
      },
    ]),
  ),
  ...Object.fromEntries(
    Object.keys(serverFrames).map((name) => [
      `gateway-sends-${key(name)}`,
      {
        action: 'send',
        channel: { $ref: '#/channels/socket' },
        messages: [socketMessageRef(`server-${key(name)}`)],
      },
    ]),
  ),
});

/** The AsyncAPI 3 document of the events between services and the Socket.IO frames between client and gateway. */
export const asyncApiDocument = (version: string): JsonSchema => {
  const frames = frameMessages();
  return {
    asyncapi: '3.0.0',
    info: {
      title: 'ChatPlatform events and frames',
      version,
      description:
        'Events are CloudEvents 1.0 in structured mode on one topic exchange; the routing key is the type. Frames are ' +
        'Socket.IO events; every client frame is acknowledged, and an error is an acknowledgement too. A reader ignores ' +
        'fields it does not know; a change that is not additive is a new type (`.v2`).',
      license: { name: 'MIT', url: 'https://opensource.org/license/mit' },
    },
    defaultContentType: 'application/json',
    servers: {
      broker: {
        host: 'rabbitmq:5672',
        protocol: 'amqp',
        protocolVersion: '0-9-1',
        description: 'Between services',
      },
      gateway: {
        host: 'localhost',
        pathname: '/socket.io/',
        protocol: 'wss',
        description: 'Between client and gateway: Socket.IO 4',
      },
    },
    channels: {
      ...eventChannels(),
      socket: {
        address: '/socket.io/',
        title: 'The socket of a signed-in client',
        description: 'Opened with `auth: { token: <access token> }`.',
        servers: [{ $ref: '#/servers/gateway' }],
        messages: Object.fromEntries(
          Object.keys(frames).map((name) => [name, { $ref: `#/components/messages/${name}` }]),
        ),
      },
    },
    operations: { ...eventOperations(), ...frameOperations() },
    components: {
      messages: {
        ...Object.fromEntries(eventTypes.map(([type, data]) => [key(type), eventMessage(type, data)])),
        ...frames,
      },
    },
  };
};
