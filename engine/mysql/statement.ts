import { format } from "mysql2";

/** A value that must appear in no message: wraps a password among a statement's bound values. */
export class Secret {
  constructor(readonly value: string) {}
}

/** Values that a `?` in a statement may stand for. */
export type BoundValue = string | number | bigint | boolean | null | readonly string[];

/** One statement as data, to be shown in a plan and run later. Every text is bound, none is pasted in. */
export interface Statement {
  readonly sql: string;
  readonly values: readonly (BoundValue | Secret)[];
}

export function statement(sql: string, ...values: (BoundValue | Secret)[]): Statement {
  return { sql, values };
}

/** A GTID set of an old server may have hundreds of kilobytes, and a message is for people. */
const SHOWN_CHARACTERS = 1_000;

/** The statement for people: values filled in, long ones cut short, secrets as asterisks. */
export function showStatement({ sql, values }: Statement): string {
  const shown = values.map((value) => (value instanceof Secret ? "********" : shortened(value)));
  return format(sql, driverValues(shown));
}

function shortened(value: BoundValue): BoundValue {
  if (typeof value !== "string" || value.length <= SHOWN_CHARACTERS) return value;
  return `${value.slice(0, SHOWN_CHARACTERS)}... (${value.length.toLocaleString("en")} characters)`;
}

export function boundValues({ values }: Statement): DriverValue[] {
  return driverValues(values.map((value) => (value instanceof Secret ? value.value : value)));
}

/** What mysql2 binds. */
export type DriverValue = Exclude<BoundValue, readonly string[]> | string[];

/** mysql2's types want lists that could be changed. */
export function driverValues(values: readonly BoundValue[]): DriverValue[] {
  return values.map((value) => (typeof value === "object" && value !== null ? [...value] : value));
}

/** Takes the statement's secrets out of a text, e.g. a server's message that quotes the statement. */
export function withoutSecrets(text: string, { values }: Statement): string {
  return values
    .filter((value) => value instanceof Secret)
    .reduce((cleaned, secret) => cleaned.replaceAll(secret.value, "********"), text);
}
