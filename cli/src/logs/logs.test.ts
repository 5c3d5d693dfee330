import { expect, test } from '@jest/globals';
import { noStyle } from '../output/style.ts';
import { byTime, matches, parseLine } from './line.ts';
import type { LogLine } from './line.ts';
import { MergeBuffer } from './merge.ts';
import { renderLine } from './render.ts';

const FROM = { pod: 'demo-chat-1', component: 'chat' };
const line = (time: string, text: string) => parseLine(`${time} ${text}`, FROM);

test('times of any precision are put in order', () => {
  const times = ['2026-01-01T00:00:01.1Z', '2026-01-01T00:00:01Z', '2026-01-01T00:00:01.099999999Z'];
  const sorted = times.map((time) => line(time, 'x')).sort(byTime);
  expect(sorted.map(({ time }) => time)).toEqual([times[1], times[2], times[0]]);
});

test('a JSON line is shown as a sentence, another as it is', () => {
  const text = '{"level":"warn","time":"t","service":"chat","msg":"slow","ms":12,"err":{"code":"E"}}';
  const json = renderLine(line('2026-01-01T00:00:01.5Z', text), noStyle, false);
  expect(json).toBe('00:00:01.5Z0 chat           warn  slow ms=12 err={"code":"E"}');
  expect(renderLine(line('2026-01-01T00:00:01.123456Z', 'plain words'), noStyle, false)).toBe(
    '00:00:01.123 chat                 plain words',
  );
});

test('a log cannot move the cursor or set the title of the terminal', () => {
  const evil = line('2026-01-01T00:00:01.000Z', 'a\u001b[2Jb\u001b]0;title\u0007c\rd\u009b1m');
  expect(renderLine(evil, noStyle, false)).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
});

test('lines are chosen by trace and by user, wherever they stand in it', () => {
  const one = line('2026-01-01T00:00:01Z', '{"msg":"a","traceId":"t1","event":{"actor":"u1"}}');
  expect(matches(one, {})).toBe(true);
  expect(matches(one, { trace: 't1', user: 'u1' })).toBe(true);
  expect(matches(one, { trace: 't2' })).toBe(false);
  expect(matches(one, { user: 't1' })).toBe(false);
  expect(matches(line('2026-01-01T00:00:01Z', 'no JSON, but t1'), { trace: 't1' })).toBe(false);
});

test('lines that overtake one another on their way are put in order, and none is lost', () => {
  let now = 0;
  const buffer = new MergeBuffer({ monotonic: () => now, sleep: () => Promise.resolve() });
  const texts = (lines: readonly LogLine[]) => lines.map(({ text }) => text);
  buffer.push(line('2026-01-01T00:00:02Z', 'second'));
  now = 100;
  buffer.push(line('2026-01-01T00:00:01Z', 'first'));
  buffer.push(line('2026-01-01T00:00:03Z', 'third'));
  expect(buffer.take()).toEqual([]);
  now = 300;
  expect(texts(buffer.take())).toEqual(['first', 'second']);
  expect(texts(buffer.drain())).toEqual(['third']);
});
