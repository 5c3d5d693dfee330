import { stripVTControlCharacters } from 'node:util';
import { isFields } from '@chatplatform/operator/runtime/apply/list-keys';

/** One line of a container's log. */
export interface LogLine {
  readonly pod: string;
  /** The platform's component: `chat`, `redis`. */
  readonly component: string;
  /** When the container runtime took it, RFC 3339 with up to nine decimals. */
  readonly time: string;
  readonly text: string;
  /** What the line says, when it is a JSON object, as all lines of the services are. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

function fieldsOf(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isFields(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a line as the API server hands it out with `timestamps=true`. */
export function parseLine(raw: string, from: Pick<LogLine, 'pod' | 'component'>): LogLine {
  const blank = raw.indexOf(' ');
  const text = raw.slice(blank + 1).trimEnd();
  const fields = fieldsOf(text);
  return { ...from, time: raw.slice(0, blank), text, ...(fields && { fields }) };
}

/** Times of equal precision, so that they sort as text. */
export const sortKey = ({ time }: Pick<LogLine, 'time'>): string => {
  const [seconds = '', fraction = ''] = time.replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(9, '0')}`;
};

export const byTime = (a: LogLine, b: LogLine): number => {
  const [left, right] = [sortKey(a), sortKey(b)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
};

export interface LogFilter {
  readonly trace?: string | undefined;
  readonly user?: string | undefined;
}

const USER_FIELDS = /^(?:user|userId|sub|actor|actorId|account|accountId|sender|senderId)$/;
const TRACE_FIELDS = /^(?:traceId|trace_id)$/;

/** Whether some field of that name, however deep, has this value. */
function holds(value: unknown, names: RegExp, wanted: string): boolean {
  if (Array.isArray(value)) return value.some((element) => holds(element, names, wanted));
  if (!isFields(value)) return false;
  return Object.entries(value).some(
    ([name, inner]) => (names.test(name) && inner === wanted) || holds(inner, names, wanted),
  );
}

/** Lines that are no JSON belong to no trace and to no user. */
export const matches = ({ fields }: LogLine, { trace, user }: LogFilter): boolean =>
  (trace === undefined || holds(fields, TRACE_FIELDS, trace)) &&
  (user === undefined || holds(fields, USER_FIELDS, user));

const SHOWN_APART = new Set(['time', 'level', 'msg', 'service', 'pid', 'hostname', 'spanId']);

/** Text as it is, but for what would move the cursor or change the terminal. */
const harmless = (text: string) =>
  stripVTControlCharacters(text).replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');

/** A JSON line in the words of a person: message first, then what else it says. */
export function lineText({ text, fields }: LogLine): string {
  if (fields === undefined) return harmless(text);
  const rest = Object.entries(fields)
    .filter(([name]) => !SHOWN_APART.has(name))
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`);
  const message = typeof fields['msg'] === 'string' ? fields['msg'] : '';
  return harmless([message, ...rest].filter((part) => part !== '').join(' '));
}

/** `info`; pino's numbers are put into words. */
export function levelOf({ fields }: LogLine): string {
  const level = fields?.['level'];
  if (typeof level === 'string') return level;
  const names: Readonly<Record<number, string>> = {
    10: 'trace',
    20: 'debug',
    30: 'info',
    40: 'warn',
    50: 'error',
    60: 'fatal',
  };
  return typeof level === 'number' ? (names[level] ?? String(level)) : '';
}
