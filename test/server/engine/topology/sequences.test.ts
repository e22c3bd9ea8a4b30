import { ensureRoles, type KnownRoles, planRoles, type RolesRequest } from "@gtid-ferry/engine/cutover";
import { DEFAULT_FAILOVER_LIMITS, failover, NO_OVERRIDES } from "@gtid-ferry/engine/failover";
import { silent } from "@gtid-ferry/engine/operation";
import { assertPrimary } from "@gtid-ferry/engine/preparation";
import { ensureTree, readTree } from "@gtid-ferry/engine/replica-tree";
import { ensureChannel } from "@gtid-ferry/engine/replication";
import { DEFAULT_LIMITS, switchover } from "@gtid-ferry/engine/switchover";
import { DEFAULT_FOLLOW_LIMITS, type Side, type Tree, treeFrom } from "@gtid-ferry/engine/topology";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startTree, type TestTree } from "../../helpers/tree.js";
import { COMMANDS, type Command, NAMES, type Name, next, START, type State, walk } from "./role-model.js";

/** More than the whole walk takes, on a machine that is busy with other tests. */
const TIMEOUT_MILLISECONDS = 1_800_000;

let servers: TestTree<Name>;
let known: KnownRoles | undefined;
let rows = 0;

beforeAll(async () => {
  servers = await startTree("sequences", NAMES);
  await servers.servers.source.rootQuery("CREATE SCHEMA app", "CREATE TABLE app.t (id INT PRIMARY KEY)");
});
afterAll(() => servers?.stop());

const member = (name: Name) => {
  const found = servers.request.members[name];
  if (found === undefined) throw new Error(`no member ${name}`);
  return found;
};
const ends = () => ({ source: member("source"), target: member("target"), replicas: { standby: member("standby") } });
/** As a stack declares it in phases `replicate` and `cutover`. */
const declared = (primary: Side): Tree => ({
  ...(primary === "source" ? { source: null, target: "source" } : { target: null, source: "target" }),
  standby: "target",
});
const topology = (primary: Side) => ({ ...servers.request, tree: declared(primary) });
const roles = (primary: Side, isFinal = false): RolesRequest => ({
  channel: servers.request.channel,
  ...ends(),
  primary,
  isFinal,
  limits: DEFAULT_LIMITS,
  routes: [],
});

/** `pulumi up` in a phase: the stack's resources in their order. */
async function up(primary: Side): Promise<void> {
  const { channel } = servers.request;
  await ensureChannel({ channel, ...ends(), restoredGtidSet: "", startTimeoutSeconds: 60 }, silent);
  known = { ...(await ensureRoles(roles(primary), known, silent)), primary };
  await ensureTree({ ...topology(primary), limits: DEFAULT_FOLLOW_LIMITS }, silent);
}

/** The primary dies, another one takes over, and the dead one comes back. */
async function failOver(from: Name, to: Name, asked: Side): Promise<void> {
  const request = {
    ...topology(asked),
    overrides: { ...NO_OVERRIDES, to },
    limits: { ...DEFAULT_FAILOVER_LIMITS, confirmSeconds: 0.5 },
  };
  await servers.servers[from].kill();
  expect(await failover(request, [], silent)).toMatchObject({ kind: "failed over", report: { primary: to } });
  await servers.servers[from].restart();
  const completing = { ...request, overrides: NO_OVERRIDES };
  expect(await failover(completing, [], silent)).toMatchObject({
    kind: "completed",
    repaired: { left: [], failed: [] },
  });
}

async function run(command: Command, { primary, asked }: State): Promise<void> {
  switch (command.kind) {
    case "up":
      return up(command.primary);
    case "switchover":
      await switchover({ ...topology(asked), to: command.to, limits: DEFAULT_LIMITS }, [], silent);
      return;
    case "failover":
      return failOver(primary, command.to, asked);
  }
}

/** Exactly one server accepts writes, and what is written there arrives everywhere. */
async function expectWhole({ primary }: State): Promise<void> {
  const writable = await Promise.all(
    NAMES.map(async (name) => {
      const [row] = await servers.servers[name].rootQuery("SELECT @@GLOBAL.read_only AS closed");
      return Number(row?.closed) === 0 ? [name] : [];
    }),
  );
  expect(writable.flat()).toEqual([primary]);
  rows += 1;
  await servers.servers[primary].rootQuery(`INSERT INTO app.t VALUES (${rows})`);
  for (const name of NAMES) {
    const count = () => servers.servers[name].rootQuery("SELECT COUNT(*) AS n FROM app.t");
    await expect.poll(count, { timeout: 60_000 }).toEqual([{ n: rows }]);
  }
}

/** What the previews of the phases that make sense only before or after a cutover say here. */
async function expectPreviews({ primary }: State): Promise<void> {
  const others = ["target", "standby"] as const;
  const prepare = await assertPrimary(
    member("source").connection,
    others.map((name) => member(name).connection),
  ).then(
    () => "allowed",
    (error: unknown) => String(error),
  );
  expect(prepare).toMatch(primary === "source" ? /^allowed$/ : /go back one phase at a time/);
  const { lines, refusals } = await planRoles(roles("target", true), known);
  expect(refusals.map(({ check }) => check)).toEqual(primary === "source" ? ["too-early"] : []);
  expect(lines.filter((line) => line.includes("would be refused"))).toEqual([]);
}

it(
  "every command does in every state what the model says, with one writable server and nothing lost",
  async () => {
    await up(START.asked);
    let state: State = START;
    const done: string[] = [];
    for (const command of walk()) {
      done.push(`${state.primary}, declared ${state.asked}: ${Object.values(command).join(" ")}`);
      await run(command, state);
      state = next(state, command);
      await expectWhole(state);
      await expectPreviews(state);
      if (command.kind === "up") {
        const { present, problems } = await readTree(topology(state.asked));
        expect({ present, problems }, done.at(-1)).toEqual({
          present: treeFrom(declared(state.asked), state.primary),
          problems: [],
        });
      }
    }
    expect(new Set(done).size).toBe(COMMANDS.length * 6);

    // The end of it, from wherever the role is last: no command leads back.
    if (state.primary === "source") await up("target");
    const final = await ensureRoles(roles("target", true), known, silent);
    expect(final).toMatchObject({ isFinal: true, inOrder: true });
    await expect(up("source")).rejects.toThrow(/finalized/);
    const [fenced] = await servers.servers.source.rootQuery("SELECT @@GLOBAL.super_read_only AS value");
    expect(fenced).toEqual({ value: 1 });
  },
  TIMEOUT_MILLISECONDS,
);
