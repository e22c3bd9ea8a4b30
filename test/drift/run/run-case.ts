import { quoteIdentifier } from "@gtid-ferry/engine/mysql";
import { silent } from "@gtid-ferry/engine/operation";
import { quoteTable } from "@gtid-ferry/engine/tables";
import { verifyData } from "@gtid-ferry/engine/verify";
import { verificationOf } from "../../server/helpers/pair.js";
import { insertRows } from "../changes/row-statements.js";
import { FIRST_DRIFT_TAG } from "../generate/rows.js";
import { judge, type Verdict } from "../judge/judge.js";
import {
  type Both,
  differingDefinitions,
  differingRows,
  isSameTruth,
  type RowTruth,
  type Truth,
} from "../judge/truth.js";
import type { Change, DriftCase, ServerSide, TablePlan, World } from "../model.js";
import { ownerKey, tableOwner } from "../owners.js";
import type { Arena } from "./arena.js";
import { Load, type LostRows, rowId } from "./load.js";
import type { Session } from "./session.js";
import { readDefinitions } from "./state-of-definitions.js";
import { readRows } from "./state-of-rows.js";

export interface CaseResult extends Verdict {
  /** Changes that made a difference. */
  readonly effective: readonly string[];
  /** Those that made none, as some are meant to. */
  readonly ineffective: readonly string[];
  readonly loadSteps: number;
}

const ROWS_PER_INSERT = 200;
const LOGGING_OFF = "SET sql_log_bin = 0, foreign_key_checks = 0";
const LOGGING_ON = "SET sql_log_bin = 1, foreign_key_checks = 1, sql_generate_invisible_primary_key = 0";

/** Makes a case's world on both servers, changes one of them, and holds the comparison against what differs then. */
export async function runCase(arena: Arena, plan: DriftCase): Promise<CaseResult> {
  const lost = await makeWorld(arena, plan.world);
  for (const change of plan.changes) {
    if (change.prepare !== undefined) await arena.primary.run(...change.prepare);
  }
  await arena.primary.run(...plan.load.prepare);
  await arena.catchUp();
  for (const change of plan.changes) await apply(arena.session(change.side), change.statements);
  const before = await readTruth(arena, plan.world);
  const { report, loadSteps } = await compare(arena, plan, lost);
  await arena.catchUp();
  const after = loadSteps === 0 ? before : await readTruth(arena, plan.world);
  if (!isSameTruth(before.truth, after.truth, new Set(plan.load.altered))) {
    throw new Error(`the load has changed what differs: ${show(before.truth)} became ${show(after.truth)}`);
  }
  const verdict = judge({ plan, report, ...after });
  const isEffective = (change: Change) =>
    change.owners.some((owner) => before.truth.definitions.has(owner) || before.truth.rows.has(owner));
  return {
    ...verdict,
    effective: plan.changes.filter(isEffective).map(({ kind }) => kind),
    ineffective: plan.changes.filter((change) => !isEffective(change)).map(({ kind }) => kind),
    loadSteps,
  };
}

/** Takes back all that a case has made, on both servers; `isWhole`: it has come to its end. */
export async function endCase(arena: Arena, { changes }: DriftCase, isWhole: boolean): Promise<void> {
  const undoOf = (side: ServerSide) =>
    changes.filter((change) => change.side === side).flatMap(({ undo }) => undo ?? []);
  await arena.reset({ primary: undoOf("primary"), replica: undoOf("replica") }, isWhole);
}

async function makeWorld({ primary, replica }: Arena, world: World): Promise<LostRows> {
  await primary.run(...world.schemaStatements);
  const lost = new Set<string>();
  for (const table of world.tables) {
    if (table.hasGeneratedKey) {
      // Its schema has to be there first; nothing else is known of the replica's state here.
      await apply(primary, ["SET sql_generate_invisible_primary_key = 1", table.create]);
      await waitForSchema(replica, table.schema);
      await apply(replica, ["SET sql_generate_invisible_primary_key = 1", table.create]);
    } else {
      await primary.run(table.create);
    }
    for (const row of await fill(primary, table)) lost.add(row);
  }
  await primary.run(
    ...world.programs.map(({ create }) => create),
    ...world.accounts.flatMap(({ statements }) => statements),
  );
  return lost;
}

async function waitForSchema(replica: Session, schema: string): Promise<void> {
  for (;;) {
    const rows = await replica.run(`SHOW DATABASES LIKE '${schema.replaceAll(/[\\'%_]/g, "_")}'`);
    if (rows.length > 0) return;
  }
}

/** Gives the rows of the pools that found no room; the others are taken out again, so that there is some. */
async function fill(primary: Session, table: TablePlan): Promise<string[]> {
  const pools = [...table.driftRows, ...table.loadRows];
  const rows = [...table.rows, ...pools];
  for (let start = 0; start < rows.length; start += ROWS_PER_INSERT)
    await primary.run(insertRows(table, rows.slice(start, start + ROWS_PER_INSERT), true));
  const tag = quoteIdentifier(table.tag);
  const stored = await primary.run(`SELECT ${tag} AS tag FROM ${quoteTable(table)} WHERE ${tag} >= ${FIRST_DRIFT_TAG}`);
  await primary.run(`DELETE FROM ${quoteTable(table)} WHERE ${tag} >= ${FIRST_DRIFT_TAG}`);
  const present = new Set(stored.map((row) => Number(row.tag)));
  return pools.filter((row) => !present.has(row.tag)).map((row) => rowId(tableOwner(table), row.tag));
}

async function apply(session: Session, statements: readonly string[]): Promise<void> {
  await session.run(LOGGING_OFF);
  try {
    await session.run(...statements);
  } finally {
    await session.run(LOGGING_ON);
  }
}

async function readTruth(arena: Arena, world: World) {
  const definitions = { primary: await readDefinitions(arena.primary), replica: await readDefinitions(arena.replica) };
  const rows = new Map<string, RowTruth>();
  for (const table of world.tables) {
    const [one, other] = [await readRows(arena.primary, table), await readRows(arena.replica, table)];
    if (one === undefined || other === undefined) continue;
    const found = differingRows(table, { primary: one, replica: other });
    if (found !== undefined) rows.set(tableOwner(table), found);
  }
  return { truth: { definitions: differingDefinitions(definitions), rows }, ...namesOf(definitions) };
}

function namesOf({ primary, replica }: Both<Awaited<ReturnType<typeof readDefinitions>>>) {
  const owners = [...primary.definitions.keys(), ...replica.definitions.keys()];
  return {
    views: new Set(owners.filter((owner) => owner.startsWith(ownerKey("view").slice(0, -1)))),
    checks: new Map([...primary.checks, ...replica.checks]),
  };
}

async function compare(arena: Arena, { load: { clients }, limits, chosen }: DriftCase, lost: LostRows) {
  const sessions = await Promise.all(
    clients.map(async () => ({ primary: await arena.open("primary"), replica: await arena.open("replica") })),
  );
  const load = new Load(clients, sessions, lost);
  try {
    const request = { ...verificationOf(arena.pair), limits, ...(chosen === undefined ? {} : { tables: chosen }) };
    const report = await verifyData(request, silent).finally(() => load.stop());
    return { report, loadSteps: load.steps };
  } finally {
    await Promise.all(sessions.flatMap(({ primary, replica }) => [primary.close(), replica.close()]));
  }
}

function show({ definitions, rows }: Truth): string {
  return JSON.stringify([[...definitions], [...rows]]).slice(0, 1_000);
}
