import { isFields } from '@chatplatform/operator/runtime/apply/list-keys';
import type { KubeObject } from '@chatplatform/operator/runtime/index';
import { isSensitiveName, REDACTED } from './names.ts';

/** Shorter values would be found in places that have nothing to do with them: `admin`, `5432`. */
const SHORTEST_SECRET = 6;

interface Pattern {
  readonly find: RegExp;
  readonly put: string;
}

/** Forms in which secrets are written, wherever they stand. */
const PATTERNS: readonly Pattern[] = [
  {
    find: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g,
    put: REDACTED,
  },
  // JSON Web Tokens.
  { find: /\beyJ[\w-]{5,}\.[\w-]{5,}\.[\w-]*/g, put: REDACTED },
  { find: /\b(Bearer|Basic)\s+[\w.~+/=-]{6,}/gi, put: `$1 ${REDACTED}` },
  // User and password of a URL.
  { find: /\b([a-z][a-z0-9+.-]*:\/\/)[^\s/@"']+@/gi, put: `$1${REDACTED}@` },
  // AccountKey=...; of Azure's connection strings.
  { find: /\b((?:Account|SharedAccess)Key=)[^;\s"']+/gi, put: `$1${REDACTED}` },
  { find: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g, put: REDACTED },
  { find: /\b(?:gh[opsu]_|xox[abpr]-|sk_live_|glpat-)[\w-]{10,}/g, put: REDACTED },
];

/** `name=value`, `name: value`, `"name":"value"`, `--name value`. */
const NAMED =
  /(\\?["']?)([A-Za-z][\w.-]*)\1(\s*[:=]\s*|\s+(?==))(\\"(?:[^\\]|\\(?!"))*\\"|"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,;&}\])"']+)/g;
const FLAG = /(--?)([A-Za-z][\w.-]*)(\s+)([^\s-][^\s]*)/g;

const QUOTE = /^\\?["']/;

/** The value of a field that is not sensitive by its name may hold one that is: JSON inside JSON. */
function redactNamed(text: string): string {
  return text.replace(NAMED, (...[whole = '', quote = '', name = '', between = '', value = '']: string[]) => {
    const mark = QUOTE.exec(value)?.[0] ?? '';
    const head = `${quote}${name}${quote}${between}${mark}`;
    if (isSensitiveName(name)) return `${head}${REDACTED}${mark}`;
    return mark === '' ? whole : `${head}${redactNamed(value.slice(mark.length, -mark.length))}${mark}`;
  });
}

const redactFlags = (text: string) =>
  text.replace(FLAG, (...[whole = '', dashes = '', name = '', between = '']: string[]) =>
    isSensitiveName(name) ? `${dashes}${name}${between}${REDACTED}` : whole,
  );

/** Removes secrets from objects and texts that are handed to others. */
export class Redactor {
  readonly #known: readonly string[];

  /** @param known values that must not appear anywhere, whatever they look like: those of the Secrets at hand */
  constructor(known: Iterable<string> = []) {
    const all = [...known].filter((value) => value.length >= SHORTEST_SECRET);
    const forms = all.flatMap((value) => [
      value,
      Buffer.from(value).toString('base64'),
      encodeURIComponent(value),
      JSON.stringify(value).slice(1, -1),
    ]);
    // The longest first: one may be part of another.
    this.#known = [...new Set(forms)].sort((a, b) => b.length - a.length);
  }

  text(text: string): string {
    const unknown = this.#known.reduce((rest, value) => rest.replaceAll(value, REDACTED), text);
    const formless = PATTERNS.reduce((rest, { find, put }) => rest.replace(find, put), unknown);
    return redactFlags(redactNamed(formless));
  }

  /** An object with every text in it freed of secrets; of a Secret, only the names of its keys remain. */
  object({ metadata, ...object }: KubeObject): KubeObject {
    const { managedFields: _, ...kept } = metadata as KubeObject['metadata'] & { managedFields?: unknown };
    const cleaned = this.#value({ metadata: kept, ...object }, '') as KubeObject;
    return object.kind === 'Secret' ? onlyKeys(cleaned) : cleaned;
  }

  #value(value: unknown, name: string): unknown {
    if (Array.isArray(value)) return this.#list(value, name);
    if (isFields(value)) return this.#fields(value);
    if (typeof value !== 'string') return isSensitiveName(name) && value !== null ? REDACTED : value;
    return isSensitiveName(name) ? REDACTED : this.#embedded(value);
  }

  /** `['--password', 'x']`: the flag and its value are two elements. */
  #list(list: readonly unknown[], name: string): unknown[] {
    return list.map((element, i) => {
      const before = list[i - 1];
      const flag = typeof before === 'string' ? /^--?([A-Za-z][\w.-]*)$/.exec(before)?.[1] : undefined;
      return flag !== undefined && isSensitiveName(flag) ? REDACTED : this.#value(element, name);
    });
  }

  #fields(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
    const own = typeof fields['name'] === 'string' ? fields['name'] : undefined;
    return Object.fromEntries(
      Object.entries(fields).map(([field, inner]) => {
        // `{name: PASSWORD, value: ...}` of a variable.
        const name = field === 'value' && own !== undefined ? own : field;
        return [field, this.#value(inner, name)];
      }),
    );
  }

  /** A JSON document inside a text, such as an annotation that repeats a whole manifest. */
  #embedded(text: string): string {
    if (!/^\s*[{[]/.test(text)) return this.text(text);
    try {
      return this.text(JSON.stringify(this.#value(JSON.parse(text), '')));
    } catch {
      return this.text(text);
    }
  }
}

function onlyKeys(secret: KubeObject): KubeObject {
  const hidden = (data: unknown) =>
    Object.fromEntries(Object.keys((data ?? {}) as object).map((key) => [key, REDACTED]));
  const { annotations: _, ...metadata } = secret.metadata;
  const { data, stringData, ...rest } = secret;
  return {
    ...rest,
    metadata,
    ...(data !== undefined && { data: hidden(data) }),
    ...(stringData !== undefined && { stringData: hidden(stringData) }),
  };
}
