import { quoteIdentifier, quoteString } from "@gtid-ferry/engine/mysql";
import { quoteTable } from "@gtid-ferry/engine/tables";
import type { ProgramPlan, TablePlan, TableRef } from "../model.js";
import type { Random } from "../random.js";
import { comment } from "./columns.js";
import type { Names } from "./names.js";

type Kind = ProgramPlan["kind"];
const KINDS: readonly Kind[] = ["view", "view", "procedure", "function", "trigger", "trigger", "event"];

/** Views, routines, triggers and events; none writes rows of another table. `names` are those of the tables' schemas. */
export function makePrograms(
  random: Random,
  names: ReadonlyMap<string, Names>,
  tables: readonly TablePlan[],
  count: number,
): ProgramPlan[] {
  return Array.from({ length: count }, () => {
    const kind = random.pick(KINDS);
    const table = random.pick(tables);
    if (kind === "trigger" && !mayHaveTriggers(table)) return undefined;
    const schema = kind === "trigger" ? table.schema : random.pick([...names.keys()]);
    const name = names.get(schema)?.next();
    if (name === undefined) throw new Error(`schema ${schema} has no names`);
    return makeProgram(random, kind, { schema, name }, table);
  }).filter((program) => program !== undefined);
}

/** MySQL takes a schema of this name, in any case, for its own there. */
export function mayHaveTriggers({ schema }: TableRef): boolean {
  return schema.toLowerCase() !== "mysql";
}

interface ProgramRef {
  readonly schema: string;
  readonly name: string;
}

export function makeProgram(random: Random, kind: Kind, ref: ProgramRef, table: TablePlan): ProgramPlan {
  switch (kind) {
    case "view":
      return { kind, ...ref, table, create: viewText(random, ref, table) };
    case "trigger": {
      const timing = `${random.pick(["BEFORE", "AFTER"])} ${random.pick(["INSERT", "UPDATE", "DELETE"])}`;
      return { kind, ...ref, table, timing, create: triggerText(random, ref, table, timing) };
    }
    case "procedure":
    case "function":
      return { kind, ...ref, create: routineText(random, kind, ref) };
    case "event":
      return { kind, ...ref, create: eventText(random, ref) };
  }
}

const nameOf = ({ schema, name }: ProgramRef) => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;

function viewText(random: Random, ref: ProgramRef, table: TablePlan): string {
  const columns = random.some(
    table.columns.filter(({ isInvisible }) => !isInvisible),
    random.between(1, 3),
  );
  const selected = columns.length === 0 ? "1 AS `x`" : columns.map(({ name }) => quoteIdentifier(name)).join(", ");
  const algorithm = random.pick(["MERGE", "TEMPTABLE", "UNDEFINED"]);
  const check =
    algorithm === "TEMPTABLE" ? "" : random.pick(["", "", " WITH LOCAL CHECK OPTION", " WITH CASCADED CHECK OPTION"]);
  const security = random.pick(["DEFINER", "INVOKER"]);
  return `CREATE ALGORITHM = ${algorithm} SQL SECURITY ${security} VIEW ${nameOf(ref)} AS SELECT ${selected} FROM ${quoteTable(table)} WHERE ${quoteIdentifier(table.tag)} > ${random.below(9)}${check}`;
}

function triggerText(random: Random, ref: ProgramRef, table: TableRef, timing: string): string {
  const body = random.pick([
    `SET @${random.pick(["a", "b"])} = ${random.below(99)}`,
    "BEGIN END",
    `BEGIN DECLARE x INT DEFAULT ${random.below(9)}; SET @a = x; END`,
  ]);
  return `CREATE TRIGGER ${nameOf(ref)} ${timing} ON ${quoteTable(table)} FOR EACH ROW ${body}`;
}

function routineText(random: Random, kind: "procedure" | "function", ref: ProgramRef): string {
  const parameter = quoteIdentifier(random.pick(["p", "select", "a.b", "it's", "☃", "name"]));
  const type = random.pick(["INT", "VARCHAR(20) CHARACTER SET latin1", "DECIMAL(10, 2)", "JSON", "ENUM('a', 'b')"]);
  const options = [
    random.pick(["DETERMINISTIC", "DETERMINISTIC NO SQL"]),
    random.pick(["", `COMMENT ${quoteString(comment(random))}`]),
    random.pick(["", "SQL SECURITY INVOKER"]),
  ].join(" ");
  if (kind === "function")
    return `CREATE FUNCTION ${nameOf(ref)}(${parameter} ${type}) RETURNS INT ${options} RETURN ${random.below(99)}`;
  const mode = random.pick(["IN", "OUT", "INOUT"]);
  return `CREATE PROCEDURE ${nameOf(ref)}(${mode} ${parameter} ${type}) ${options} BEGIN SELECT ${random.below(99)}; END`;
}

/** Far in the future, at every second, or over at once. */
function eventText(random: Random, ref: ProgramRef): string {
  const schedule = random.pick([
    "EVERY 1 DAY STARTS '2040-01-01'",
    "AT '2040-01-01 00:00:00'",
    "EVERY 1 SECOND",
    "EVERY 2 MONTH STARTS '2039-01-01' ENDS '2041-01-01'",
  ]);
  const options = [
    random.pick(["ON COMPLETION PRESERVE", "ON COMPLETION NOT PRESERVE"]),
    random.pick(["ENABLE", "DISABLE", ""]),
    random.pick(["", `COMMENT ${quoteString(comment(random))}`]),
  ].join(" ");
  return `CREATE EVENT ${nameOf(ref)} ON SCHEDULE ${schedule} ${options} DO DO ${random.below(99)}`;
}
