import { describe, expect, it } from "vitest";
import { type MysqlServer, type Statement, showStatement } from "../../../../engine/mysql/index.js";
import { FerryError } from "../../../../engine/operation/index.js";
import { applyPlan, assertApplied, type Run, type Step } from "../../../../engine/reconcile/index.js";
import type { OpenMember } from "../../../../engine/topology/index.js";

const connection = { host: "h", port: 3306, user: "u", password: "" };

/** Members that only note what is run on them; a statement that `fails` matches is refused. */
function runWith(fails: RegExp) {
  const sent: string[] = [];
  const server = (name: string) => {
    const run = async (one: Statement) => {
      const text = `${name}: ${showStatement(one)}`;
      if (fails.test(text)) throw new Error(`no ${text}`);
      sent.push(text);
    };
    const runWithin = async (_: number, one: Statement) => run(one);
    const batch = async (...all: readonly Statement[]) => {
      for (const one of all) await run(one);
      return [];
    };
    return { label: name, run, runWithin, batch } as unknown as MysqlServer;
  };
  const open = (name: string): OpenMember => ({
    name,
    label: name,
    member: { connection },
    connection: { server: server(name) },
  });
  const names = ["a", "b", "c", "d"];
  const run: Run = {
    topology: { channel: "ferry", members: Object.fromEntries(names.map((name) => [name, { connection }])), tree: {} },
    members: Object.fromEntries(names.map((name) => [name, open(name)])),
    routes: [],
    limits: { settleTimeoutSeconds: 1 },
    progress: () => {},
  };
  return { run, sent };
}

const persist = (member: string): Step => ({ kind: "persist", member, as: "fenced" });
const repoint = (member: string, source: string): Step => ({ kind: "repoint", member, source, former: undefined });

describe("applyPlan", () => {
  it("goes on after a step that failed, and names it", async () => {
    const { run, sent } = runWith(/^a: SET PERSIST_ONLY/);
    const outcome = await applyPlan(run, { steps: [persist("a"), persist("b")] });
    expect(sent).toEqual(["b: SET PERSIST_ONLY super_read_only = 1, PERSIST_ONLY read_only = 1"]);
    expect(outcome).toMatchObject({ done: [persist("b")], failed: [{ step: persist("a") }] });
    expect(() => assertApplied(outcome, "the work", ({ kind }) => kind)).toThrow(/persist: no a: SET PERSIST_ONLY/);
  });

  it("makes nobody writable while a fence is not up", async () => {
    const { run, sent } = runWith(/^b: SET GLOBAL super_read_only = 1/);
    const steps: Step[] = [
      { kind: "fence", member: "b" },
      { kind: "set-scheduler", member: "a", value: "ON" },
    ];
    expect(await applyPlan(run, { steps })).toMatchObject({ done: [], failed: [{ step: { kind: "fence" } }] });
    expect(sent).toEqual([]);
  });

  it("moves nobody below a member that did not move, and everybody else", async () => {
    const { run } = runWith(/nothing/);
    // None of these servers answers a query, so that each move fails that is tried.
    const { failed } = await applyPlan(run, { steps: [repoint("b", "a"), repoint("c", "b"), repoint("d", "a")] });
    const untried = failed.filter(({ error }) => error instanceof Error && error.message.startsWith("not tried"));
    expect(untried).toMatchObject([{ step: { member: "c" }, error: { message: "not tried, because b did not move" } }]);
    expect(failed).toHaveLength(3);
  });

  it("throws the error of a single step as it is", () => {
    const error = new FerryError({ failed: "this", where: "a", seen: "that", wanted: "these", next: "those" });
    expect(() => assertApplied({ done: [], failed: [{ step: persist("a"), error }] }, "the work", () => "")).toThrow(
      error,
    );
    expect(() => assertApplied({ done: [persist("a")], failed: [] }, "the work", () => "")).not.toThrow();
  });
});
