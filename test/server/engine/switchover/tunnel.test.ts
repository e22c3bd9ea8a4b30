import { join } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { switchover } from "@gtid-ferry/engine/switchover";
import type { Member } from "@gtid-ferry/engine/topology";
import { afterAll, beforeAll, expect, it } from "vitest";
import { LabSshd } from "../../../../lab/sshd/index.js";
import { makeTestDirectory, removeTestDirectory } from "../../../../lab/testing.js";
import { ensureOpenssh } from "../../../../toolchain/openssh.js";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";

let directory: string;
let pair: SwitchoverPair;
let sshd: LabSshd;
beforeAll(async () => {
  directory = await makeTestDirectory("switchover-tunnel");
  pair = await startSwitchoverPair("switchover-tunnel-pair");
  sshd = await LabSshd.start(await ensureOpenssh(() => undefined), { directory: join(directory, "sshd") });
});
afterAll(async () => {
  await Promise.all([pair.stop(), sshd.stop()]);
  await removeTestDirectory(directory);
});

it("a switchover goes there and back where both servers are reached through SSH", async () => {
  const through = ([name, member]: [string, Member]) =>
    [name, { ...member, connection: { ...member.connection, via: { kind: "ssh", ssh: sshd.login } } }] as const;
  for (const primary of ["target", "source"] as const) {
    const request = pair.request(primary);
    const members = Object.fromEntries(Object.entries(request.members).map(through));
    const { report } = await switchover({ ...request, members }, [], silent);
    expect(report).toMatchObject({ primary, attempts: 1 });
  }
});
