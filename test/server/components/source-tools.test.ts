import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkToolsScript, installToolsScript, type SourceTools } from "../../../components/source-tools.js";
import { type Host, openHost } from "../../../engine/hosts/index.js";
import { silent } from "../../../engine/operation/index.js";
import { LabSshd } from "../../../lab/sshd/index.js";
import { makeTestDirectory, removeTestDirectory, testInstallation, testPythonTools } from "../../../lab/testing.js";
import { ensureOpenssh } from "../../../toolchain/openssh.js";

let directory: string;
let sshd: LabSshd;
let host: Host;
/** Real tools, by their paths. */
let tools: SourceTools;

beforeAll(async () => {
  directory = await makeTestDirectory("source-tools");
  sshd = await LabSshd.start(await ensureOpenssh(silent), { directory: join(directory, "sshd") });
  host = openHost({ kind: "ssh", ...sshd.login });
  const { mysql } = await testInstallation();
  const { aws } = await testPythonTools();
  tools = { aws, mysql, zstd: "zstd", tar: "tar" };
});

afterAll(async () => {
  await host.close();
  await sshd.stop();
  await removeTestDirectory(directory);
});

const run = (script: string, path?: string) =>
  host.run({
    argv: path === undefined ? ["sh", "-s"] : ["env", `PATH=${path}`, "/bin/sh", "-s"],
    stdin: script,
    timeoutSeconds: 60,
  });

/** A folder for the PATH with what every distribution has, and programs written for one test. */
async function machine(name: string, programs: Readonly<Record<string, string>>): Promise<string> {
  const bin = join(directory, name);
  await mkdir(bin);
  for (const program of ["sh", "env", "grep", "id", "mktemp", "rm", "chmod", "sed", "uname"]) {
    await symlink(`/bin/${program}`, join(bin, program));
  }
  for (const [program, script] of Object.entries(programs)) {
    await writeFile(join(bin, program), `#!/bin/sh\n${script}\n`);
    await chmod(join(bin, program), 0o755);
  }
  return bin;
}

describe("the check of the source's tools", () => {
  it("prints the versions of real tools", async () => {
    const { exitCode, stdout, stderr } = await run(checkToolsScript(tools));
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/^.*v?\d+\.\d+.*\naws-cli\/\d.*\n.*Ver \d+\.\d+.*\n$/);
  });

  it("names everything that is missing at once, and how to get it", async () => {
    const xtrabackup = { program: "xtrabackup", series: "8.4" as const };
    const path = await machine("bare", { dnf: "exit 9" });
    const wanted = { aws: "aws", mysql: "/nowhere/mysql", zstd: "zstd", tar: "tar", xtrabackup };
    const { exitCode, stdout, stderr } = await run(checkToolsScript(wanted), path);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    expect(stderr.split("\n").slice(1)).toEqual([
      "  the program zstd is not there: dnf install zstd",
      "  the program aws is not there: dnf install awscli, or see https://aws.amazon.com/cli/",
      "  the program /nowhere/mysql is not there: install the mysql client of the server's own distribution",
      "  the program tar is not there: dnf install tar",
      expect.stringMatching(
        /^ {2}the program xtrabackup .*enable pxb-84-lts release, then dnf install percona-xtrabackup-84/,
      ),
      "",
    ]);
  });

  it("refuses XtraBackup of another series", async () => {
    const program = join(
      await machine("series", { xtrabackup: "echo 'xtrabackup version 8.0.35-34' >&2" }),
      "xtrabackup",
    );
    const of = (series: "8.0" | "8.4") => run(checkToolsScript({ ...tools, xtrabackup: { program, series } }));
    expect((await of("8.4")).stderr).toContain(`${program} is not of series 8.4`);
    expect(await of("8.0")).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining("xtrabackup version 8.0.35"),
    });
  });
});

describe("the installation of the source's tools", () => {
  it("does nothing where all is there", async () => {
    const { exitCode, stdout } = await run(installToolsScript(tools));
    expect(exitCode).toBe(0);
    expect(stdout).toBe((await run(checkToolsScript(tools))).stdout);
  });

  it("installs what is missing with the packages of the distribution, and says what did not come", async () => {
    const log = join(directory, "apt.log");
    const bin = join(directory, "debian");
    const provide = `for one; do :; done; if [ "$one" = zstd ]; then printf '#!/bin/sh\\necho zstd 1.5.5\\n' >${bin}/zstd; chmod 755 ${bin}/zstd; fi`;
    await machine("debian", {
      "apt-get": `echo "$*" >>${log}; echo unpacking; ${provide}`,
      "apt-cache": "[ \"$2\" != awscli ] || echo '  Candidate: 2.9.19-1'",
      "percona-release": `echo "$*" >>${log}`,
      sudo: 'shift; exec "$@"',
    });
    const xtrabackup = { program: "xtrabackup", series: "8.0" as const };
    const wanted = { aws: "aws", mysql: tools.mysql, zstd: "zstd", xtrabackup };
    const { exitCode, stdout, stderr } = await run(installToolsScript(wanted), bin);
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: "" });
    const said = (await host.readFile(log))?.replaceAll("-q -y -o DPkg::Lock::Timeout=300 ", "").split("\n");
    expect(said).toEqual([
      "-q -o DPkg::Lock::Timeout=300 update",
      "install zstd",
      "install awscli",
      "enable pxb-80 release",
      "-q -o DPkg::Lock::Timeout=300 update",
      "install percona-xtrabackup-80",
      "",
    ]);
    expect(stderr).not.toContain("the program zstd");
    expect(stderr).toMatch(/the program aws is not there.*\n.*the program xtrabackup is not there/);
  });

  it("takes from the makers what the distribution has not: the AWS CLI, and Percona's repositories", async () => {
    const log = join(directory, "dnf.log");
    const [bin, makers] = [join(directory, "amazon"), join(directory, "makers")];
    await machine("makers", {
      unzip: `mkdir "$4/aws"; cp ${makers}/install-aws "$4/aws/install"`,
      "install-aws": `cp ${makers}/aws ${bin}`,
      aws: "echo aws-cli/2",
      "percona-release": `echo "$*" >>${log}`,
      xtrabackup: "echo xtrabackup version 8.4.0-6",
    });
    await machine("amazon", {
      dnf: `if [ "$2" = info ]; then exit 1; fi
echo "$*" >>${log}
for one in unzip percona-release xtrabackup; do
  case "$*" in *$one*) cp ${makers}/$one ${bin} ;; esac
done`,
      // Some distributions have it from a package that excludes the one of its name.
      curl: `echo "curl $*" | sed 's|-o [^ ]*|-o FILE|' >>${log}`,
      sudo: 'shift; exec "$@"',
    });
    for (const program of ["cp", "mkdir"]) await symlink(`/bin/${program}`, join(bin, program));
    const xtrabackup = { program: "xtrabackup", series: "8.4" as const };
    const wanted = { aws: "aws", mysql: tools.mysql, zstd: "/usr/bin/zstd", xtrabackup };
    const { exitCode, stdout, stderr } = await run(installToolsScript(wanted), bin);
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/aws-cli\/2\n.*\nxtrabackup version 8\.4\.0-6\n$/);
    expect((await host.readFile(log))?.split("\n")).toEqual([
      "-q -y install unzip",
      expect.stringMatching(/^curl -fsSL -o FILE https:\/\/awscli\.amazonaws\.com\/awscli-exe-linux-\w+\.zip$/),
      "-q -y install https://repo.percona.com/yum/percona-release-latest.noarch.rpm",
      "enable pxb-84-lts release",
      "-q -y install percona-xtrabackup-84",
      "",
    ]);
  });
});
