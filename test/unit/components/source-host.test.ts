import type { HostOptions } from "@gtid-ferry/engine/hosts";
import * as pulumi from "@pulumi/pulumi";
import { beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { SourceHost, type SourceHostArgs, scriptDirectory } from "../../../components/source-host.js";
import { checkToolsScript, installToolsScript } from "../../../components/source-tools.js";
import { sourceScripts } from "../../../engine/backup/index.js";
import { forgetResources, mockPulumi, recordedResources, recording, settled } from "../helpers/recorded-resources.js";

vi.mock("../../../dynamic-providers/script-folder.js", async () => ({
  ScriptFolder: (await import("../helpers/plain-resource.js")).plainResource("ScriptFolder"),
}));

beforeAll(() => mockPulumi((type) => (type.endsWith("Command") ? { stdout: "zstd 1.5" } : {})));
beforeEach(forgetResources);

const KEY = "AAAAC3NzaC1lZDI1NTE5AAAAIH2WyTiMVTcWdvyHxXGUuTFBHwZIDMsEkrSvJSDiDTxu";
const host: HostOptions = {
  kind: "ssh",
  host: "10.0.0.5",
  user: "ec2-user",
  privateKey: "key-hush",
  knownHosts: `10.0.0.5 ssh-ed25519 ${KEY}`,
};

function declare(changes: Partial<SourceHostArgs> = {}): SourceHost {
  const args = { host, workDirectory: "/var/tmp/ferry/shop", method: "clone" as const };
  return new SourceHost("shop-host", { ...args, ...changes }, recording);
}

/** As Pulumi's engine sees a secret. */
const secret = (value: unknown) => ({
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  value,
});

const DIRECTORY = scriptDirectory("/var/tmp/ferry/shop", sourceScripts());
const connection = secret({
  host: "10.0.0.5",
  port: 22,
  user: "ec2-user",
  privateKey: "key-hush",
  hostKey: `ssh-ed25519 ${KEY}`,
  dialErrorLimit: 2,
  perDialTimeout: 15,
});
const child = { parent: "shop-host", provider: undefined };

describe("SourceHost", () => {
  it("makes a folder, copies each script into it and checks the tools, and nothing else", async () => {
    const sourceHost = declare();
    const copied = sourceScripts().map(({ name }) => ({
      type: "command:remote:CopyToRemote",
      name: `shop-host-${name}`,
      inputs: {
        connection,
        source: expect.objectContaining({ __pulumiAsset: true }),
        remotePath: `${DIRECTORY}/${name}`,
        triggers: secret(["ec2-user@10.0.0.5:22"]),
      },
      ...child,
      dependsOn: ["shop-host-scripts"],
    }));
    const expected = [
      {
        type: "gtid-ferry:index:SourceHost",
        name: "shop-host",
        inputs: {},
        parent: undefined,
        provider: undefined,
      },
      ...copied,
      {
        type: "ScriptFolder",
        name: "shop-host-scripts",
        inputs: { host: secret(host), directory: DIRECTORY },
        ...child,
      },
      {
        type: "command:remote:Command",
        name: "shop-host-tools",
        inputs: {
          connection,
          create: "sh -s",
          stdin: checkToolsScript({ aws: "aws", mysql: "mysql", zstd: "zstd", tar: "tar" }),
          addPreviousOutputInEnv: false,
        },
        ...child,
      },
    ];
    const recorded = await recordedResources(sourceHost.scriptDirectory);
    expect(recorded).toEqual(expected.sort((one, other) => (one.name < other.name ? -1 : 1)));
    const texts = recorded.flatMap(({ inputs }) =>
      inputs.source instanceof pulumi.asset.StringAsset ? [inputs.source.text] : [],
    );
    expect((await Promise.all(texts)).sort()).toEqual(
      sourceScripts()
        .map(({ text }) => text)
        .sort(),
    );
    expect(await settled(sourceHost.scriptDirectory)).toBe(DIRECTORY);
    expect(await settled(sourceHost.toolVersions)).toBe("zstd 1.5");
  });

  it("installs the tools where it is asked to, XtraBackup in the series of the source", async () => {
    const tools = { aws: "/opt/aws/bin/aws" };
    const { scriptDirectory } = declare({ method: "xtrabackup", xtrabackupSeries: "8.4", tools, installTools: true });
    const [script] = (await recordedResources(scriptDirectory)).flatMap(({ name, inputs }) =>
      name === "shop-host-tools" ? [inputs.stdin] : [],
    );
    const xtrabackup = { program: "xtrabackup", series: "8.4" as const };
    expect(script).toBe(installToolsScript({ aws: "/opt/aws/bin/aws", mysql: "mysql", zstd: "zstd", xtrabackup }));
  });

  it("needs no XtraBackup on the host where that comes from an image", async () => {
    const { scriptDirectory } = declare({ method: "xtrabackup", container: { program: "podman" } });
    const recorded = await recordedResources(scriptDirectory);
    const script = recorded.find(({ name }) => name === "shop-host-tools")?.inputs.stdin;
    expect(script).toBe(checkToolsScript({ aws: "aws", mysql: "mysql", zstd: "zstd", container: "podman" }));
  });

  it("names all mistakes at once, before anything is declared", async () => {
    const wrong = { workDirectory: "ferry", tools: { zstd: "a b" }, method: "xtrabackup" as const };
    expect(() => declare(wrong)).toThrow(
      /^the source host shop-host has 3 mistake\(s\)\n {2}workDirectory: .*\n {2}tools.zstd: .*\n {2}xtrabackupSeries: .*$/,
    );
    expect(await recordedResources()).toEqual([]);
  });
});

describe("the folder of the scripts", () => {
  it("has another name as soon as any script says something else", () => {
    const [first, ...rest] = sourceScripts();
    if (first === undefined) throw new Error("no scripts");
    expect(scriptDirectory("/work", [first, ...rest])).toMatch(/^\/work\/scripts-[0-9a-f]{12}$/);
    const changed = [{ ...first, text: `${first.text}# changed\n` }, ...rest];
    expect(scriptDirectory("/work", changed)).not.toBe(scriptDirectory("/work", [first, ...rest]));
  });

  it("has every script that backups and their checks run, whole", () => {
    expect(sourceScripts().map(({ name }) => name)).toEqual(["job.sh", "backup.sh", "inspect-host.sh"]);
  });
});
