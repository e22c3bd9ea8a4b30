import type { VerificationReport } from "@gtid-ferry/engine/verify";
import { describe, expect, it } from "vitest";
import { judge } from "../../drift/judge/judge.js";
import type { RowTruth } from "../../drift/judge/truth.js";
import type { DriftCase } from "../../drift/model.js";
import { tableOwner } from "../../drift/owners.js";

const TABLE = { schema: "s", table: "t" };
const OWNER = tableOwner(TABLE);
const EQUAL_TABLE = { ...TABLE, rows: 2, differences: 0, hasMore: false, listed: [], undecided: [] };
const COMMENT = { attribute: "COLUMN_COMMENT", primary: "a", replica: "b" };
const COLUMN = { kind: "column", parts: ["s", "t", "c"], verdict: "different", attributes: [COMMENT] } as const;
const ONE_ROW: RowTruth = { kind: "rows", byKey: { PRIMARY: [{ key: '["1"]', verdict: "missing" }] } };

function report(changes: Partial<VerificationReport>): VerificationReport {
  return {
    startedAt: "2026-01-01T00:00:00.000Z",
    seconds: 1,
    primary: { name: "source", uuid: "a" },
    replica: { name: "target", uuid: "b" },
    scope: "everything",
    isWhole: true,
    tables: [EQUAL_TABLE],
    rows: 2,
    bytes: 2,
    objects: [],
    notes: [],
    equal: true,
    ...changes,
  };
}

interface Situation {
  readonly definitions?: readonly string[];
  readonly rows?: RowTruth;
  readonly altered?: readonly string[];
}

/** Numbers of lines of each kind. */
function verdict(found: VerificationReport, { definitions = [], rows, altered = [] }: Situation = {}) {
  const plan: DriftCase = {
    seed: "a",
    number: 1,
    world: { schemas: ["s"], schemaStatements: [], tables: [], programs: [], accounts: [] },
    changes: [],
    load: { prepare: [], clients: [], altered },
    limits: { chunkSeconds: 1, concurrency: 1, simultaneous: false },
  };
  const truth = { definitions: new Set(definitions), rows: new Map(rows === undefined ? [] : [[OWNER, rows]]) };
  const judged = judge({ plan, truth, views: new Set(), checks: new Map(), report: found });
  return [judged.missed.length, judged.false.length, judged.undecided.length];
}

const differing = {
  ...EQUAL_TABLE,
  differences: 1,
  listed: [{ key: "(1)", value: ["1"], verdict: "missing" as const }],
};

describe("a report", () => {
  it("is right where it names what differs, and nothing else", () => {
    expect(verdict(report({}))).toEqual([0, 0, 0]);
    expect(verdict(report({ objects: [COLUMN], equal: false }), { definitions: [OWNER] })).toEqual([0, 0, 0]);
    expect(verdict(report({ tables: [differing], equal: false }), { rows: ONE_ROW })).toEqual([0, 0, 0]);
  });

  it("has missed what differs and is not named", () => {
    expect(verdict(report({}), { definitions: [OWNER] })).toEqual([1, 0, 0]);
    expect(verdict(report({}), { rows: ONE_ROW })).toEqual([1, 0, 0]);
    expect(verdict(report({ tables: [] }), { rows: ONE_ROW })).toEqual([1, 0, 0]);
  });

  it("is false where it names what does not differ, or another row", () => {
    expect(verdict(report({ objects: [COLUMN], equal: false }))).toEqual([0, 1, 0]);
    expect(verdict(report({ tables: [differing], equal: false }))).toEqual([0, 1, 0]);
    const other = { ...differing, listed: [{ key: "(2)", value: ["2"], verdict: "missing" as const }] };
    expect(verdict(report({ tables: [other], equal: false }), { rows: ONE_ROW })).toEqual([0, 1, 0]);
  });

  it("may leave undecided only what was altered meanwhile", () => {
    const undecided = report({ objects: [{ ...COLUMN, verdict: "undecided" }], equal: false });
    expect(verdict(undecided)).toEqual([0, 1, 0]);
    expect(verdict(undecided, { altered: [OWNER] })).toEqual([0, 0, 1]);
  });

  it("is false where its summary does not follow from what it has found", () => {
    expect(verdict(report({ equal: false }))[1]).toBeGreaterThan(0);
    expect(verdict(report({ tables: [differing], equal: true }), { rows: ONE_ROW })[1]).toBeGreaterThan(0);
  });
});
