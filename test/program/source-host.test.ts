import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { sourceScripts } from "@gtid-ferry/engine/backup";
import { silent } from "@gtid-ferry/engine/operation";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ensureStack, type PulumiProject, runPulumi, stackOutputs } from "../../lab/pulumi.js";
import { LabSshd } from "../../lab/sshd/index.js";
import { makeTestDirectory, removeTestDirectory, testInstallation, testPythonTools } from "../../lab/testing.js";
import { localPassphrase, shellEnvironment } from "../../toolchain/environment.js";
import { ensureOpenssh } from "../../toolchain/openssh.js";
import { paths } from "../../toolchain/paths.js";
import { ensureToolchain } from "../../toolchain/toolchain.js";
import { makePluginDirectory } from "../helpers/plugin-directory.js";

let directory: string;
let sshd: LabSshd;
let project: PulumiProject;

beforeAll(async () => {
  directory = await makeTestDirectory("source-host");
  const [{ environment }, openssh] = await Promise.all([ensureToolchain(silent), ensureOpenssh(silent)]);
  sshd = await LabSshd.start(openssh, { directory: join(directory, "sshd") });
  const bin = await makePluginDirectory(directory, ["command"]);
  const backend = join(directory, "backend");
  await mkdir(backend);
  const shell = shellEnvironment(process.env, environment);
  project = {
    directory,
    stack: "test",
    backend,
    environment: {
      ...shell,
      PATH: `${bin}:${shell.PATH}`,
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: localPassphrase,
    },
  };
  const component = relative(directory, join(paths.projectRoot, "components/source-host"));
  const runtime = "runtime: { name: nodejs, options: { typescript: true } }";
  await writeFile(join(directory, "Pulumi.yaml"), `name: gtid-ferry\n${runtime}\n`);
  await writeFile(join(directory, "tsconfig.json"), await readFile(join(paths.projectRoot, "tsconfig.json"), "utf8"));
  await writeFile(
    join(directory, "index.ts"),
    `import { Config } from "@pulumi/pulumi";
import { SourceHost, type SourceHostArgs } from "${component}";
const config = new Config();
const args = config.requireObject<SourceHostArgs>("args");
const { scriptDirectory, toolVersions } = new SourceHost("shop-host", {
  ...args,
  host: config.requireSecretObject<Extract<SourceHostArgs["host"], { kind: string }>>("host"),
});
export { scriptDirectory, toolVersions };
`,
  );
  await ensureStack(project, silent);
  await pulumi(0, "config", "set", "--secret", "host", JSON.stringify({ kind: "ssh", ...sshd.login }));
});

afterAll(async () => {
  await sshd.stop();
  await removeTestDirectory(directory);
});

async function pulumi(exitCode: number, ...args: string[]): Promise<string> {
  const result = await runPulumi(project, args, silent);
  expect(result.exitCode, result.output).toBe(exitCode);
  return result.output;
}

async function configure(changes: object = {}): Promise<void> {
  const { mysql } = await testInstallation();
  const { aws } = await testPythonTools();
  const tools = { aws, mysql };
  const args = { workDirectory: join(directory, "work"), method: "clone", tools, ...changes };
  await pulumi(0, "config", "set", "args", JSON.stringify(args));
}

describe("the source's host in a stack", () => {
  it("has the scripts and the tools after an update, a diff in the preview when they change, and neither after all", async () => {
    await configure({ tools: { mysql: "/nowhere/mysql", zstd: "no-such-zstd" } });
    expect(await pulumi(0, "preview")).toContain("+ 7 to create");
    expect(existsSync(join(directory, "work"))).toBe(false);
    const failed = await pulumi(1, "up", "--yes", "--skip-preview");
    expect(failed).toMatch(/the program no-such-zstd is not there.*\n.*the program \/nowhere\/mysql is not there/s);

    await configure();
    await pulumi(0, "up", "--yes", "--skip-preview");
    const outputs = (await stackOutputs(project)) as { scriptDirectory: string; toolVersions: string };
    expect(outputs.toolVersions).toContain("aws-cli/");
    expect(await readdir(join(directory, "work"))).toHaveLength(1);
    for (const { name, text } of sourceScripts()) {
      expect(await readFile(join(outputs.scriptDirectory, name), "utf8")).toBe(text);
    }
    await pulumi(0, "preview", "--expect-no-changes");
    const [, , privateKeyLine = ""] = sshd.login.privateKey.split("\n");
    expect(await pulumi(0, "stack", "export")).not.toContain(privateKeyLine);

    await configure({ method: "xtrabackup", xtrabackupSeries: "8.4" });
    expect(await pulumi(0, "preview", "--diff")).toContain("+   check_xtrabackup xtrabackup 8.4");

    await pulumi(0, "destroy", "--yes", "--skip-preview");
    expect(existsSync(outputs.scriptDirectory)).toBe(false);
  });

  it("is destroyed without the host where that is gone for good, and what is left there is named", async () => {
    await configure();
    await pulumi(0, "up", "--yes", "--skip-preview");
    const { scriptDirectory } = (await stackOutputs(project)) as { scriptDirectory: string };
    await sshd.stop();
    const output = await pulumi(0, "destroy", "--yes", "--skip-preview");
    expect(output).toContain(`where the host comes back, ${scriptDirectory} is left`);
    expect(existsSync(scriptDirectory)).toBe(true);
  });
});
