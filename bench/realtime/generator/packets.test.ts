import { describe, expect, it } from '@jest/globals';
import { decodePacket, encodeConnect, encodeEvent, isEvent, numberField, stringField } from './packets.ts';

describe('a packet', () => {
  it.each([
    ['0{"sid":"x","pingInterval":25000}', { kind: 'open' }],
    ['1', { kind: 'closed' }],
    ['2', { kind: 'ping' }],
    ['6', { kind: 'other' }],
    ['', { kind: 'other' }],
    ['40{"sid":"x"}', { kind: 'connected' }],
    ['41', { kind: 'closed' }],
    ['44{"message":"no"}', { kind: 'refused', reason: '{"message":"no"}' }],
    ['4317[{"ok":true}]', { kind: 'ack', id: 17, body: { ok: true } }],
  ])('%p is understood', (text, packet) => {
    expect(decodePacket(text)).toEqual(packet);
  });

  it('with an event is kept as text', () => {
    const text = '42["message:created",{"text":"hi"}]';
    expect(decodePacket(text)).toEqual({ kind: 'event', text });
    expect(isEvent(text, 'message:created')).toBe(true);
    expect(isEvent(text, 'message')).toBe(false);
  });

  it('is written as the server expects it', () => {
    expect(encodeConnect({ token: 't' })).toBe('40{"token":"t"}');
    expect(encodeEvent(3, 'message:send', { a: 1 })).toBe('423["message:send",{"a":1}]');
  });
});

describe('a field', () => {
  it('is found by its name', () => {
    expect(stringField('42["e",{"a":"1","clientMessageId":"abc"}]', 'clientMessageId')).toBe('abc');
  });

  it('is missing rather than guessed', () => {
    expect(stringField('42["e",{"a":1}]', 'a')).toBeUndefined();
    expect(stringField('42["e",{"a":"cut off', 'a')).toBeUndefined();
  });
});

it('reads a whole number without parsing the rest', () => {
  const text = '42["message:created",{"messageSeq":1,"replyTo":null,"seq":23,"version":24}]';
  expect(numberField(text, 'seq')).toBe(23);
  expect(numberField(text, 'version')).toBe(24);
  expect(numberField(text, 'number')).toBeNaN();
});
