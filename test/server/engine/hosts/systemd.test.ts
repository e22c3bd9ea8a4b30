import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { LocalHost, type ProcessIdentity } from "../../../../engine/hosts/index.js";
import { RemoteHost } from "../../../../engine/hosts/remote-host.js";
import type { RemoteShell } from "../../../../engine/hosts/remote-shell.js";
import { makeTestDirectory, removeTestDirectory } from "../../../../lab/test-directories.js";
import { doubleCommand } from "../../../helpers/double-command.js";

let directory: string;
const started: ProcessIdentity[] = [];

beforeAll(async () => {
  directory = await makeTestDirectory("systemd");
  await mkdir(join(directory, "bin"));
  for (const name of ["systemd-run", "systemctl"]) {
    const launcher = `#!/bin/sh\nexec ${doubleCommand(name)} "$@"\n`;
    await writeFile(join(directory, "bin", name), launcher, { mode: 0o755 });
  }
});

afterAll(async () => {
  for (const job of started) await new LocalHost().stop(job, 0);
  await removeTestDirectory(directory);
});

/** Scripts run here, where /run/systemd/system seems to be there and systemd is doubles (test/doubles). */
function hostWithSystemd(record: string, fault: string): RemoteHost {
  const pretence = 'mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/system && exec sh -c "$0"';
  const shell: RemoteShell = {
    name: "doubles of systemd",
    execute: (script, { timeoutSeconds }) => {
      const environment = [`PATH=${join(directory, "bin")}:${process.env.PATH}`, `DOUBLE_RECORD=${record}`];
      const program = ["unshare", "--mount", "sh", "-c", pretence, script] as const;
      return new LocalHost().run({
        argv: ["env", ...environment, `DOUBLE_FAULT=${fault}`, ...program],
        timeoutSeconds,
      });
    },
    close: async () => undefined,
  };
  return new RemoteHost(shell);
}

async function start(name: string, fault = ""): Promise<{ job: ProcessIdentity; units: string[]; log: string }> {
  const work = join(directory, name);
  const record = join(work, "record");
  await mkdir(record, { recursive: true });
  const job = await hostWithSystemd(record, fault).startDetached({
    argv: ["bash", "-c", `echo "\${MARK} $PWD $$ $HOME $1"; sleep 300`, "it's", "$MARK"],
    workingDirectory: work,
    environment: { MARK: "it's here" },
    logPath: join(work, "log"),
  });
  started.push(job);
  await expect.poll(() => readFile(join(work, "log"), "utf8")).toContain("\n");
  return { job, units: await readdir(record), log: await readFile(join(work, "log"), "utf8") };
}

describe("a detached job where systemd is, by doubles of it", () => {
  it("is a transient unit, with the log, folder and environment that it was given", async () => {
    const { job, units, log } = await start("unit");
    expect(units).toEqual([expect.stringMatching(/^gtid-ferry-[0-9a-f-]{36}\.service$/)]);
    expect(log).toBe(`it's here ${join(directory, "unit")} ${job.pid} ${process.env.HOME} $MARK\n`);
    expect(await new LocalHost().isRunning(job)).toBe(true);
  });

  it("is a session of its own where systemd refuses", async () => {
    const { job, units, log } = await start("refused", "refuses");
    expect(units).toEqual([]);
    expect(log).toContain(` ${job.pid} `);
    expect(await new LocalHost().isRunning(job)).toBe(true);
  });
});
