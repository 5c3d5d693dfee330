import type sql from 'mssql';

export interface RecordedStatement {
  /** Whitespace collapsed. */
  readonly text: string;
  /** `@name` -> the declared type, as T-SQL writes it. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** What the driver answers to the next statements, in order; then nothing found and one row touched. */
export interface ScriptedResult {
  readonly recordset?: readonly unknown[];
  readonly rowsAffected?: number;
  readonly error?: Error;
}

interface SqlTypeShape {
  readonly type: { readonly declaration: string };
  readonly length?: number;
  readonly scale?: number;
}

/** The driver takes a type with or without its parentheses. */
const declaration = (given: SqlTypeShape | (() => SqlTypeShape)): string => {
  const { type, length, scale } = typeof given === 'function' ? given() : given;
  const size = length ?? scale;
  if (size === undefined) return type.declaration;
  return `${type.declaration}(${size === Infinity || size > 8000 ? 'max' : size})`;
};

/** Stands for the module `mssql`: its types are the real ones, and every statement is written down instead of sent. */
export function recordingMssql(actual: typeof sql) {
  const log: (RecordedStatement | string)[] = [];
  const script: ScriptedResult[] = [];

  class Request {
    readonly #parameters: Record<string, string> = {};
    input(name: string, type: SqlTypeShape | (() => SqlTypeShape)): this {
      this.#parameters[name] = declaration(type);
      return this;
    }
    async query(text: string) {
      log.push({ text: text.replace(/\s+/g, ' ').trim(), parameters: this.#parameters });
      const { recordset = [], rowsAffected = 1, error } = script.shift() ?? {};
      if (error !== undefined) throw error;
      return { recordset, rowsAffected: [rowsAffected] };
    }
  }
  class Transaction {
    async begin(): Promise<void> {
      log.push('BEGIN');
    }
    async commit(): Promise<void> {
      log.push('COMMIT');
    }
    async rollback(): Promise<void> {
      log.push('ROLLBACK');
    }
  }
  class ConnectionPool {
    on(): this {
      return this;
    }
    async connect(): Promise<this> {
      return this;
    }
    async close(): Promise<void> {
      log.push('CLOSE');
    }
  }
  return {
    module: { default: { ...actual, Request, Transaction, ConnectionPool } },
    /** What was sent since the last call. */
    taken: (): (RecordedStatement | string)[] => log.splice(0),
    answer: (...results: ScriptedResult[]): void => void script.push(...results),
  };
}
