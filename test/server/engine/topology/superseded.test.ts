import { backupKeys, isFenced, removeBackups } from "@gtid-ferry/engine/backup";
import { restoreSource } from "@gtid-ferry/engine/preparation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeSshKey } from "../../../helpers/ssh-key.js";
import { BackupLab } from "../../helpers/backup-lab.js";
import { makePrimary } from "../../helpers/make-primary.js";
import { preparationRequest } from "../../helpers/preparation-request.js";
import { type SilentServer, startSilentServer } from "../../helpers/silent-server.js";

// The lab's server is the target here.
let lab: BackupLab;
let nothing: SilentServer;
beforeAll(async () => {
  [lab, nothing] = await Promise.all([BackupLab.start("superseded"), startSilentServer()]);
});
afterAll(() => Promise.all([lab?.stop(), nothing?.stop()]));

const lost = () => nothing.reachedBy(lab.source.options);

async function restore(): Promise<string[]> {
  const lines: string[] = [];
  const request = { ...preparationRequest(lost()), target: lab.source.options };
  await restoreSource(request, (line) => lines.push(line));
  return lines;
}

async function removeAll(): Promise<string[]> {
  const lines: string[] = [];
  const { secret: privateKey } = makeSshKey("ed25519");
  const { port } = nothing;
  const host = { kind: "ssh" as const, host: "127.0.0.1", port, user: "ferry", privateKey, connectTimeoutSeconds: 1 };
  const backup = lab.backup({ backupId: "old" });
  await removeBackups({ ...backup, host, target: lab.source.options }, (line) => lines.push(line));
  return lines;
}

// The second goes on where the first left the target.
describe("a source that does not answer", () => {
  it("is an error as long as it may be the primary", async () => {
    for (const id of ["old", "old-rebuild-1"]) {
      const keys = backupKeys("backups", "shop", id);
      await lab.write(keys.object, "data");
      await lab.write(keys.manifest, "{}");
    }
    await expect(restore()).rejects.toThrow("ETIMEDOUT");
    await expect(isFenced(lost(), lab.source.options)).rejects.toThrow("ETIMEDOUT");
    await expect(removeAll()).rejects.toThrow("no login within 1 s");
    expect(await lab.objects()).toHaveLength(4);
  });

  it("is left as it is once the target is the primary, with what is left undone named", async () => {
    await makePrimary(lab.source);
    expect(await restore()).toEqual([
      expect.stringMatching(/ETIMEDOUT.*; it is no longer the primary, so what the migration changed there stays/),
    ]);
    expect(await isFenced(lost(), lab.source.options)).toBe(true);
    expect((await removeAll()).join("\n")).toMatch(
      /only the storage is cleared\n.*\n.*where the host comes back, \/\S+ is left$/,
    );
    expect(await lab.objects()).toEqual([]);
  });

  it("is an error again where that primary is fenced", async () => {
    await lab.source.rootQuery("SET GLOBAL super_read_only = ON");
    await expect(restore()).rejects.toThrow("ETIMEDOUT");
  });
});
