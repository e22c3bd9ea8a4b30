import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeBackup, takeBackup } from "../../../../engine/backup/index.js";
import { type Host, openHost } from "../../../../engine/hosts/index.js";
import { silent } from "../../../../engine/operation/index.js";
import { LabSshd } from "../../../../lab/sshd/index.js";
import { ensureOpenssh } from "../../../../toolchain/openssh.js";
import { BackupLab } from "../../helpers/backup-lab.js";

let lab: BackupLab;
let sshd: LabSshd;
let host: Host;

beforeAll(async () => {
  lab = await BackupLab.start("over-ssh");
  sshd = await LabSshd.start(await ensureOpenssh(silent), { directory: join(lab.directory, "sshd") });
  host = openHost({ kind: "ssh", ...sshd.login });
});

afterAll(async () => {
  await host.close();
  await sshd.stop();
  await lab.stop();
});

/** An upload that begins when the file is there, so that the connection can be cut before. */
function waitingUpload(file: string): Promise<string> {
  return lab.awsThat("waiting", `until [ -e ${file} ]; do sleep 0.05; done`);
}

describe("a backup on a host that is reached by SSH", () => {
  it("goes on when the connection is cut in the middle, ends well, and leaves no credentials", async () => {
    const go = join(lab.directory, "go");
    const request = lab.backup({ tools: { aws: await waitingUpload(go) } });
    const lines: string[] = [];
    const taken = takeBackup(host, request, (line) => lines.push(line));
    const job = await lab.pidInStage(request, "stream");
    await sshd.stop();
    await expect
      .poll(() => lines.filter((line) => line.includes("lost, connecting again")), { timeout: 10_000 })
      .toHaveLength(1);
    await sshd.restart();
    await expect.poll(() => lines.some((line) => line.endsWith("is there again")), { timeout: 10_000 }).toBe(true);
    await writeFile(go, "");
    expect((await taken).backupId).toBe(request.backupId);
    expect(await lab.pidInStage(request, "published")).toBe(job);
    expect((await lab.traces(request)).filter((trace) => !trace.startsWith(`${request.keyPrefix}/`))).toEqual([]);
    await removeBackup(host, request, silent);
    expect(await lab.traces(request)).toEqual([]);
  });

  it("is followed by the next run when the first gave up", async () => {
    const go = join(lab.directory, "go-again");
    const request = lab.backup({ tools: { aws: await waitingUpload(go) } });
    const lines: string[] = [];
    const first = takeBackup(host, { ...request, connectionLossTimeoutSeconds: 0 }, silent);
    const failure = expect(first).rejects.toThrow("ECONNREFUSED");
    const job = await lab.pidInStage(request, "stream");
    await sshd.stop();
    await failure;
    await sshd.restart();
    const second = takeBackup(host, request, (line) => lines.push(line));
    await expect.poll(() => lines.some((line) => line.includes("already running on ssh "))).toBe(true);
    await writeFile(go, "");
    await second;
    expect(await lab.pidInStage(request, "published")).toBe(job);
    await removeBackup(host, request, silent);
  });
});
