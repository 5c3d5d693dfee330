import sql from 'mssql';
import type { ConnectionPool, IResult, ISqlType, Transaction } from 'mssql';

export type Executor = ConnectionPool | Transaction;

/** The SQL types of this schema, one a kind of value. */
export const types = {
  id: sql.Char(36),
  digest: sql.Char(64),
  key: sql.NVarChar(80),
  login: sql.NVarChar(254),
  text: sql.NVarChar(255),
  longText: sql.NVarChar(sql.MAX),
  time: sql.DateTime2(3),
  count: sql.Int(),
} as const;

export type Parameters = Readonly<Record<string, readonly [type: ISqlType, value: string | number | Date]>>;

/** Runs one parameterised statement; nothing is ever put into its text. */
export async function execute<Row>(
  on: Executor,
  text: string,
  parameters: Parameters,
): Promise<IResult<Row>> {
  const request = on instanceof sql.Transaction ? new sql.Request(on) : new sql.Request(on as ConnectionPool);
  for (const [name, [type, value]] of Object.entries(parameters)) request.input(name, type, value);
  return request.query<Row>(text);
}

/** How many rows the statement touched. */
export const affected = ({ rowsAffected }: IResult<unknown>): number => rowsAffected[0] ?? 0;
