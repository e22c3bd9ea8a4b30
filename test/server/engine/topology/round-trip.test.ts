import { ensureRoles, type RolesRequest, retireRoles } from "@gtid-ferry/engine/cutover";
import { silent } from "@gtid-ferry/engine/operation";
import { assertPrimary, restoreSource } from "@gtid-ferry/engine/preparation";
import { ensureTree } from "@gtid-ferry/engine/replica-tree";
import { DEFAULT_LIMITS, switchover } from "@gtid-ferry/engine/switchover";
import { DEFAULT_FOLLOW_LIMITS, type Member } from "@gtid-ferry/engine/topology";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { preparationRequest } from "../../helpers/preparation-request.js";
import { startTree, type TestTree } from "../../helpers/tree.js";

type Name = "source" | "target" | "standby";

let tree: TestTree<Name>;

const end = (name: Name) => {
  const member = tree.request.members[name];
  if (member === undefined) throw new Error(`no member ${name}`);
  return member;
};
const roles = (changes: Partial<RolesRequest> = {}): RolesRequest => ({
  channel: tree.request.channel,
  source: end("source"),
  target: end("target"),
  primary: "target",
  isFinal: false,
  limits: DEFAULT_LIMITS,
  routes: [],
  ...changes,
});
const preparation = () => ({ ...preparationRequest(end("source").connection), target: end("target").connection });

const roleOf = async (name: Name) => {
  const [row] = await tree.servers[name].rootQuery(
    `SELECT @@super_read_only AS fenced,
      (SELECT COUNT(*) FROM performance_schema.replication_connection_configuration) AS channels`,
  );
  return row;
};
const finalized = async () => {
  const [row] = await tree.servers.target.rootQuery("SELECT MAX(finalized_at) AS at FROM gtid_ferry.switchover");
  return row?.at !== null;
};

// The newest switchover then is one from the standby: the source was the primary, but not the last one before.
beforeEach(async () => {
  tree = await startTree("round-trip", ["source", "target", "standby"]);
  const limits = DEFAULT_FOLLOW_LIMITS;
  await ensureTree({ ...tree.request, tree: { source: null, target: "source", standby: "target" }, limits }, silent);
  await ensureRoles(roles(), undefined, silent);
  for (const to of ["standby", "target"]) {
    await switchover({ ...tree.request, to, limits: DEFAULT_LIMITS }, [], silent);
  }
  expect(await roleOf("target")).toEqual({ fenced: 0, channels: 0 });
  expect(await roleOf("source")).toEqual({ fenced: 1, channels: 1 });
});
afterEach(() => tree?.stop());

describe("after a cutover, and a switchover to a standby and back", () => {
  it("refuses to skip the rollback, and then finalizes with the source left fenced", async () => {
    await expect(assertPrimary(end("source").connection, [end("target").connection])).rejects.toThrow(
      "go back one phase at a time",
    );
    expect(await finalized()).toBe(false);
    // As the phase declares them: the replication account goes, and with it the addresses.
    const [source, target] = [end("source"), end("target")].map(({ connection }) => ({ connection })) as [
      Member,
      Member,
    ];
    const final = await ensureRoles(roles({ source, target, isFinal: true }), undefined, silent);
    expect(final).toMatchObject({ present: "target", isFinal: true, inOrder: true });
    const lines: string[] = [];
    await restoreSource(preparation(), (line) => lines.push(line));
    expect(lines.join("\n")).toContain("it is no longer the primary, so it stays fenced");
    expect(await roleOf("source")).toEqual({ fenced: 1, channels: 0 });
    expect(await roleOf("target")).toEqual({ fenced: 0, channels: 0 });
  });

  it("destroys the scaffolding, and leaves the target as the primary and the source fenced", async () => {
    const known = await ensureRoles(roles(), undefined, silent);
    await retireRoles(roles(), known, silent);
    await restoreSource(preparation(), silent);
    expect(await finalized()).toBe(true);
    expect(await roleOf("source")).toEqual({ fenced: 1, channels: 0 });
    expect(await roleOf("target")).toEqual({ fenced: 0, channels: 0 });
  });
});
