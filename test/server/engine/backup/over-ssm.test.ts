import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { removeBackup, takeBackup } from "../../../../engine/backup/index.js";
import { openHost } from "../../../../engine/hosts/index.js";
import { silent } from "../../../../engine/operation/index.js";
import { BackupLab } from "../../helpers/backup-lab.js";
import { FakeSsm } from "../../helpers/fake-ssm.js";

let lab: BackupLab;
let fake: FakeSsm;

beforeAll(async () => {
  [lab, fake] = await Promise.all([BackupLab.start("over-ssm"), FakeSsm.start()]);
});

afterAll(async () => {
  await fake.stop();
  await lab.stop();
});

describe("a backup on a host behind a fake SSM that runs commands here", () => {
  it("is taken and removed, and no secret is in what AWS would keep", async () => {
    const host = openHost({ kind: "ssm", ...fake.options });
    const request = lab.backup();
    expect((await takeBackup(host, request, silent)).backupId).toBe(request.backupId);
    await removeBackup(host, request, silent);
    await host.close();
    expect(await lab.traces(request)).toEqual([]);
    const kept = fake.history.join("\n");
    for (const secret of [request.source.password, lab.s3.secretAccessKey]) {
      expect(kept).not.toContain(secret);
      expect(kept).not.toContain(Buffer.from(secret).toString("base64").slice(0, -3));
    }
  });
});
