import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ChoiceGrounds, type ChoiceOutcome, elect, type Replica } from "../../../../engine/failover/elect.js";
import { type FailoverOverrides, NO_OVERRIDES } from "../../../../engine/failover/request.js";
import { GtidSet } from "../../../../engine/gtid/index.js";

const UUIDS = {
  primary: "00000000-0000-0000-0000-00000000000a",
  former: "00000000-0000-0000-0000-00000000000b",
  b: "00000000-0000-0000-0000-0000000000b1",
  c: "00000000-0000-0000-0000-0000000000c1",
};
type Known = keyof typeof UUIDS;

/** `primary:1-5,b:1` as a set. */
const set = (text: string) => GtidSet.parse(text.replaceAll(/[a-z]+(?=:)/g, (name) => UUIDS[name as Known]));

interface Look extends Omit<Partial<Replica>, "executed" | "received" | "purged"> {
  readonly executed: string;
  readonly received?: string;
  readonly purged?: string;
}

function replica(name: string, look: Look): Replica {
  return {
    name,
    unfit: [],
    cannotPassOn: [],
    drains: true,
    followsPrimary: true,
    ...look,
    executed: set(look.executed),
    received: set(look.received ?? ""),
    purged: set(look.purged ?? ""),
  };
}

function grounds(replicas: Record<string, Look>, changes: Partial<ChoiceGrounds> = {}): ChoiceGrounds {
  return {
    primaryUuid: UUIDS.primary,
    finalGtidSet: GtidSet.empty,
    replicas: Object.entries(replicas).map(([name, look]) => replica(name, look)),
    lost: [],
    ...changes,
  };
}

const ask = (seen: ChoiceGrounds, overrides: Partial<FailoverOverrides> = {}): ChoiceOutcome =>
  elect(seen, { ...NO_OVERRIDES, ...overrides });

function chosen(outcome: ChoiceOutcome) {
  if ("refusals" in outcome) throw new Error(JSON.stringify(outcome.refusals));
  return outcome.choice;
}

const refusals = (outcome: ChoiceOutcome) =>
  "refusals" in outcome ? outcome.refusals.map(({ seen, fix }) => `${seen}; ${fix}`) : [];

describe("elect", () => {
  it("takes the most advanced, counting what is received and not applied yet", () => {
    const seen = grounds({ b: { executed: "primary:1-7" }, c: { executed: "primary:1-5", received: "primary:4-9" } });
    const choice = chosen(ask(seen));
    expect(choice.candidate).toBe("c");
    expect(choice.collections).toEqual([]);
    expect(choice.finalGtidSet).toEqual(set("primary:1-9"));
  });

  it("collects from the others what only they have", () => {
    const seen = grounds({
      b: { executed: "primary:1-7:10" },
      c: { executed: "primary:1-9" },
      d: { executed: "primary:1-5:12", followsPrimary: false },
    });
    const choice = chosen(ask(seen));
    expect(choice.candidate).toBe("c");
    expect(choice.collections.map(({ from, gtids }) => [from, gtids])).toEqual([
      ["b", set("primary:10")],
      ["d", set("primary:12")],
    ]);
    expect(choice.finalGtidSet).toEqual(set("primary:1-10:12"));
    expect(choice.lost.isEmpty()).toBe(true);
  });

  it("takes the wanted one when it can collect what it lacks", () => {
    const seen = grounds({ b: { executed: "primary:1-7" }, c: { executed: "primary:1-9" } });
    const choice = chosen(ask(seen, { to: "b" }));
    expect(choice.candidate).toBe("b");
    expect(choice.collections).toEqual([{ from: "c", gtids: set("primary:8-9") }]);
  });

  it("refuses the wanted one when it would lose something, and says what", () => {
    const seen = grounds({
      b: { executed: "primary:1-7" },
      c: { executed: "primary:1-9", purged: "primary:1-8" },
    });
    expect(refusals(ask(seen, { to: "b" }))).toEqual([
      expect.stringMatching(/^with b as the primary 2 transactions are lost: .*:8-9, which c has.*c would lose less/),
    ]);
    const choice = chosen(ask(seen, { to: "b", acceptLoss: true }));
    expect(choice.lost).toEqual(set("primary:8-9"));
  });

  it.each<[string, Partial<Look>]>([
    ["a delayed one", { unfit: ["it is delayed by 3600 s on purpose"], drains: false }],
    ["one without a binary log", { unfit: ["it has no binary log of what it replicates"] }],
  ])("passes over %s, however far it is", (_name, look) => {
    const seen = grounds({ b: { executed: "primary:1-9", ...look }, c: { executed: "primary:1-9" } });
    expect(chosen(ask(seen)).candidate).toBe("c");
    expect(refusals(ask(seen, { to: "b" }))).toEqual([
      `b cannot be the primary: ${look.unfit?.[0]}; choose another member with --to`,
    ]);
  });

  it("does not lose in silence what a delayed one alone has received", () => {
    const delayed = { executed: "primary:1-3", received: "primary:1-9", drains: false, unfit: ["it is delayed"] };
    const seen = grounds({ b: delayed, c: { executed: "primary:1-8" } });
    expect(refusals(ask(seen))).toEqual([
      expect.stringMatching(/^with c as the primary 1 transactions are lost: .*:9/),
    ]);
  });

  it("passes over a replica with errant transactions, and says that it cannot follow", () => {
    const seen = grounds({ b: { executed: "primary:1-9,b:1" }, c: { executed: "primary:1-9" } });
    const choice = chosen(ask(seen));
    expect(choice.candidate).toBe("c");
    expect(choice.diverged).toEqual([{ name: "b", errant: set("b:1") }]);
    expect(choice.replayed.isEmpty()).toBe(true);
  });

  it("refuses an errant candidate, and replays only what was accepted", () => {
    const seen = grounds({ b: { executed: "primary:1-9,b:1-2" }, c: { executed: "primary:1-8" } });
    expect(refusals(ask(seen, { to: "b" }))).toEqual([
      expect.stringMatching(/^b cannot be the primary: it alone has .*b1:1-2, which never came.*--accept-errant/),
    ]);
    // What only b has cannot be collected either: its errant transactions would come along.
    expect(refusals(ask(seen))).toEqual([expect.stringMatching(/1 transactions are lost: .*:9, which b has/)]);
    const choice = chosen(ask(seen, { to: "b", acceptErrant: true }));
    expect(choice.replayed).toEqual(set("b:1-2"));
    expect(choice.finalGtidSet).toEqual(set("primary:1-9,b:1-2"));
  });

  it("knows what came from former primaries, from the primary's own injections, and with the backup", () => {
    const behind = { c: { executed: "primary:1-5" } };
    const former = grounds(
      { b: { executed: "primary:1-9,former:1-4" }, ...behind },
      { finalGtidSet: set("former:1-4") },
    );
    expect(chosen(ask(former)).candidate).toBe("b");
    const injected = grounds({ b: { executed: "primary:1-9,c:7", received: "primary:6-9,c:7" }, ...behind });
    expect(chosen(ask(injected)).candidate).toBe("b");
    const restored = grounds({ b: { executed: "primary:1-9,former:1-4", purged: "former:1-4" } });
    expect(chosen(ask(restored)).candidate).toBe("b");
    const stray = grounds({ b: { executed: "primary:1-9,former:1-5", purged: "former:1-4" } });
    expect(refusals(ask(stray))).toHaveLength(1);
  });

  it("refuses while a member does not answer, unless it is left out", () => {
    const seen = grounds({ b: { executed: "primary:1-9" } }, { lost: [{ name: "c", seen: "ETIMEDOUT" }] });
    expect(refusals(ask(seen))).toEqual([expect.stringMatching(/^does not answer \(ETIMEDOUT\).*--without c/)]);
    const choice = chosen(ask(seen, { without: ["c"] }));
    expect(choice.candidate).toBe("b");
    expect(choice.notes).toEqual([expect.stringMatching(/^c is left out/)]);
  });

  it("says what is lost with a member that answers and is left out", () => {
    const seen = grounds({ b: { executed: "primary:1-9" }, c: { executed: "primary:1-10" } });
    expect(refusals(ask(seen, { without: ["c"] }))).toEqual([expect.stringMatching(/:10, which c has/)]);
  });
});

const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 12 }), { maxLength: 12 });
const anySet = fc
  .record({ primary: numbers, b: fc.oneof(fc.constant<number[]>([]), numbers) })
  .map(({ primary, b }) => {
    const part = (name: Known, of: readonly number[]) => (of.length === 0 ? [] : [`${name}:${of.join(":")}`]);
    return [...part("primary", primary), ...part("b", b)].join(",");
  });
const anyReplica = fc.record({
  executed: anySet,
  received: numbers.map((of) => (of.length === 0 ? "" : `primary:${of.join(":")}`)),
  drains: fc.boolean(),
  unfit: fc.constantFrom<string[]>([], [], ["unfit"]),
});
const anyReplicas = fc
  .array(anyReplica, { minLength: 1, maxLength: 4 })
  .map((looks) => grounds(Object.fromEntries(looks.map((look, index) => [`r${index}`, look]))));

describe("choose, for any sets", () => {
  const own = (name: Known) => GtidSet.parse(`${UUIDS[name]}:1-100`);

  it("loses none of the primary's transactions and spreads no errant one, unless it was told to", () => {
    fc.assert(
      fc.property(anyReplicas, (seen) => {
        const outcome = ask(seen);
        if ("refusals" in outcome) {
          expect(outcome.refusals).not.toEqual([]);
          return;
        }
        const { choice } = outcome;
        for (const { executed, received } of seen.replicas) {
          const theirs = executed.union(received).intersect(own("primary"));
          expect(choice.finalGtidSet.contains(theirs)).toBe(true);
        }
        const common = seen.replicas.reduce(
          (all, { executed }) => all.intersect(executed),
          own("b").union(own("primary")),
        );
        const legitimate = seen.replicas.length > 1 ? common : GtidSet.empty;
        expect(choice.finalGtidSet.intersect(own("b")).subtract(legitimate).isEmpty()).toBe(true);
        expect(choice.lost.isEmpty() && choice.replayed.isEmpty()).toBe(true);
      }),
    );
  });

  it("promises exactly what the candidate and those it collects from have", () => {
    fc.assert(
      fc.property(anyReplicas, (seen) => {
        const outcome = ask(seen, { acceptErrant: true, acceptLoss: true });
        if ("refusals" in outcome) return;
        const { choice } = outcome;
        const names = [choice.candidate, ...choice.collections.map(({ from }) => from)];
        const sources = seen.replicas.filter(({ name }) => names.includes(name));
        const theirs = sources.reduce(
          (all, { executed, received, drains }) => all.union(drains ? executed.union(received) : executed),
          GtidSet.empty,
        );
        expect(choice.finalGtidSet.toString()).toBe(theirs.toString());
        expect(choice.lost.intersect(choice.finalGtidSet).isEmpty()).toBe(true);
        expect(seen.replicas.find(({ name }) => name === choice.candidate)?.unfit).toEqual([]);
      }),
    );
  });
});
