import { beforeEach, describe, expect, it } from "vitest";
import { installScript, sourceScripts } from "../../../../engine/backup/scripts.js";
import type { Host } from "../../../../engine/hosts/index.js";

const files = new Map<string, string>();
const written: string[] = [];

/** Refuses whatever is neither reading nor writing a file. */
const host = {
  name: "test",
  readFile: async (path: string) => files.get(path),
  writeFile: async (path: string, text: string, mode: number) => {
    written.push(`${path} ${mode.toString(8)}`);
    files.set(path, text);
  },
} as Pick<Host, "name" | "readFile" | "writeFile"> as Host;

beforeEach(() => {
  files.clear();
  written.splice(0);
  for (const { name, text } of sourceScripts()) files.set(`/scripts/${name}`, text);
});

describe("a script on a host", () => {
  it("is sent with what it sources where none lies there", async () => {
    expect(await installScript(host, "/job", "backup.sh")).toBe("/job/backup.sh");
    expect(written).toEqual(["/job/job.sh 700", "/job/backup.sh 700"]);
  });

  it("is the one that lies there, where that is the same", async () => {
    expect(await installScript(host, "/job", "backup.sh", "/scripts")).toBe("/scripts/backup.sh");
    expect(await installScript(host, "/job", "inspect-host.sh", "/scripts")).toBe("/scripts/inspect-host.sh");
    expect(written).toEqual([]);
  });

  it.each(["job.sh", "backup.sh"])("is sent where the %s that lies there is another one, or none", async (name) => {
    files.set(`/scripts/${name}`, "exit 1\n");
    expect(await installScript(host, "/job", "backup.sh", "/scripts")).toBe("/job/backup.sh");
    files.delete(`/scripts/${name}`);
    expect(await installScript(host, "/other", "backup.sh", "/scripts")).toBe("/other/backup.sh");
    const text = sourceScripts().find((script) => script.name === name)?.text;
    expect(files.get(`/job/${name}`)).toBe(text);
    expect(written).toHaveLength(4);
  });
});
