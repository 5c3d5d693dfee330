import { stripVTControlCharacters, styleText } from 'node:util';

export type Tone = 'good' | 'busy' | 'bad' | 'quiet' | 'strong' | 'plain';

const FORMATS = {
  good: 'green',
  busy: 'yellow',
  bad: 'red',
  quiet: 'dim',
  strong: 'bold',
  plain: 'reset',
} as const;

/** Gives a text its tone, or leaves it as it is where colours are not wanted. */
export type Style = (tone: Tone, text: string) => string;

export const noStyle: Style = (_tone, text) => text;

const colours: Style = (tone, text) =>
  tone === 'plain' || text === '' ? text : styleText(FORMATS[tone], text, { validateStream: false });

/** Colours only on a terminal that shows them, and never against NO_COLOR (https://no-color.org). */
export function wantsColour(isTerminal: boolean, env: NodeJS.ProcessEnv): boolean {
  if (env['NO_COLOR']) return false;
  return isTerminal && env['TERM'] !== 'dumb';
}

export const styleFor = (isTerminal: boolean, env: NodeJS.ProcessEnv): Style =>
  wantsColour(isTerminal, env) ? colours : noStyle;

/** Columns a text takes, colours aside. */
export const widthOf = (text: string): number => stripVTControlCharacters(text).length;

export const padded = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));
