import { join } from "node:path";
import { type SwitchoverEnd, switchover } from "@gtid-ferry/engine/cutover";
import { silent } from "@gtid-ferry/engine/operation";
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
  const through = (end: SwitchoverEnd): SwitchoverEnd => ({
    ...end,
    connection: { ...end.connection, via: { kind: "ssh", ssh: sshd.login } },
  });
  for (const primary of ["target", "source"] as const) {
    const request = pair.request(primary);
    const ends = { source: through(request.source), target: through(request.target) };
    const { report } = await switchover({ ...request, ...ends }, [], silent);
    expect(report).toMatchObject({ primary, attempts: 1 });
  }
});
