import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import { makeProgram, mayHaveTriggers } from "../generate/programs.js";
import type { Change, Finding, ProgramPlan, ServerSide, World } from "../model.js";
import { ownerKey } from "../owners.js";
import type { Random } from "../random.js";

interface Edit {
  readonly kind: string;
  readonly statements: readonly string[];
  readonly expected: readonly (readonly Finding[])[];
}

/** Another definition of a view, routine, trigger or event, or none, or one more. */
export function changeProgram(random: Random, world: World, side: ServerSide): Change {
  const [program] = random.some(world.programs, 1);
  const isNew = program === undefined || random.chance(0.15);
  const edit = isNew ? added(random, world) : random.pick(editsOf(random, program, world));
  const named = isNew ? (edit as Edit & { readonly program: ProgramPlan }).program : program;
  return { ...edit, side, owners: [ownerOf(named)], reserves: { rows: [] } };
}

const ownerOf = ({ kind, schema, name }: ProgramPlan) => ownerKey(kind, schema, name);
const nameOf = ({ schema, name }: ProgramPlan) => `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
const found = ({ kind, schema, name }: ProgramPlan): Finding[] => [{ kind, parts: [schema, name] }];
const dropped = (program: ProgramPlan) => `DROP ${program.kind.toUpperCase()} ${nameOf(program)}`;

function added(random: Random, { schemas, tables }: World): Edit & { readonly program: ProgramPlan } {
  const table = random.pick(tables);
  const kinds = [
    "view",
    "procedure",
    "function",
    "event",
    ...(mayHaveTriggers(table) ? (["trigger"] as const) : []),
  ] as const;
  const kind = random.pick(kinds);
  const ref = { schema: kind === "trigger" ? table.schema : random.pick(schemas), name: "one more" };
  const program = makeProgram(random, kind, ref, table);
  return { kind: `${kind} added`, statements: [program.create], expected: [found(program)], program };
}

function editsOf(random: Random, program: ProgramPlan, { tables }: World): Edit[] {
  const { kind, create } = program;
  const expected = [found(program)];
  const table =
    tables.find((one) => one.table === program.table?.table && one.schema === program.table.schema) ??
    random.pick(tables);
  const other = makeProgram(random, kind, program, table);
  const again = (...statements: readonly string[]) => [dropped(program), ...statements];
  const definer = create
    .replace("CREATE", "CREATE DEFINER = 'nobody'@'localhost'")
    .replace(/DEFINER = 'nobody'@'localhost' ALGORITHM = (\w+)/, "ALGORITHM = $1 DEFINER = 'nobody'@'localhost'");
  const common: Edit[] = [
    { kind: `${kind} dropped`, statements: [dropped(program)], expected },
    // A trigger whose definer there is not refuses every write to its table, also those of this case.
    ...(kind === "trigger" ? [] : [{ kind: `${kind} definer`, statements: again(definer), expected }]),
    // May be the same one by chance.
    { kind: `${kind} changed`, statements: again(other.create), expected: [] },
    { kind: `${kind} made again`, statements: again(create), expected: [] },
    {
      kind: `${kind} character set`,
      statements: again(
        "SET character_set_client = latin1, collation_connection = latin1_bin",
        ascii(create),
        "SET NAMES utf8mb4",
      ),
      expected: [],
    },
  ];
  if (kind !== "view")
    common.push({
      kind: `${kind} SQL mode`,
      statements: again(
        "SET @mode = @@sql_mode, sql_mode = 'IGNORE_SPACE,PIPES_AS_CONCAT'",
        create,
        "SET sql_mode = @mode",
      ),
      expected,
    });
  if (kind === "event")
    common.push(
      { kind: "event comment", statements: [`ALTER EVENT ${nameOf(program)} COMMENT 'changed'`], expected },
      { kind: "event disabled", statements: [`ALTER EVENT ${nameOf(program)} DISABLE`], expected: [] },
      {
        kind: "event renamed",
        statements: [`ALTER EVENT ${nameOf(program)} RENAME TO ${quoteIdentifier(program.schema)}.\`another event\``],
        expected,
      },
    );
  if (kind === "procedure" || kind === "function") {
    const alter = `ALTER ${kind.toUpperCase()} ${nameOf(program)}`;
    common.push(
      { kind: `${kind} comment`, statements: [`${alter} COMMENT 'changed'`], expected },
      {
        kind: `${kind} security`,
        statements: [`${alter} SQL SECURITY ${create.includes("INVOKER") ? "DEFINER" : "INVOKER"}`],
        expected,
      },
    );
  }
  return common;
}

/** A session of another character set can only make what it can write. */
function ascii(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : "DO 1";
}
