import { styleText } from 'node:util';
import { padded } from '../output/style.ts';
import type { Style, Tone } from '../output/style.ts';
import { levelOf, lineText } from './line.ts';
import type { LogLine } from './line.ts';

const PALETTE = [
  'cyan',
  'magenta',
  'blue',
  'green',
  'yellow',
  'cyanBright',
  'magentaBright',
  'blueBright',
] as const;

const LEVEL_TONES: Readonly<Record<string, Tone>> = {
  fatal: 'bad',
  error: 'bad',
  warn: 'busy',
  info: 'plain',
  debug: 'quiet',
  trace: 'quiet',
};

/** The same component has the same colour in every run. */
function colourOf(component: string): (typeof PALETTE)[number] {
  const sum = [...component].reduce((total, letter) => total + (letter.codePointAt(0) ?? 0), 0);
  return PALETTE[sum % PALETTE.length] ?? 'cyan';
}

const COMPONENT_WIDTH = 14;

/** `12:00:01.123 chat  info  message key=value`. */
export function renderLine(line: LogLine, style: Style, colours: boolean): string {
  const level = levelOf(line);
  const name = padded(line.component, COMPONENT_WIDTH);
  return [
    style('quiet', line.time.slice(11, 23).padEnd(12, '0')),
    colours ? styleText(colourOf(line.component), name, { validateStream: false }) : name,
    style(LEVEL_TONES[level] ?? 'plain', level.padEnd(5)),
    lineText(line),
  ].join(' ');
}
