import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { XTRABACKUP_SERIES } from "../../../engine/backup/index.js";
import { faultsOf, instructionsOf } from "../../helpers/dockerfile.js";

const DIGEST = `sha256:${"0".repeat(64)}`;
const dockerfile = readFileSync("images/restore/Dockerfile", "utf8");
const commands = instructionsOf(dockerfile).filter(({ name }) => name === "RUN");

// No image can be built here, so that this is all that the file is tried by.
describe("images/restore/Dockerfile", () => {
  it("has none of the faults that a linter knows", () => {
    expect(faultsOf(dockerfile)).toEqual([]);
  });

  it("runs commands that a shell can read", () => {
    expect(commands.length).toBeGreaterThan(0);
    for (const { text } of commands) execFileSync("sh", ["-n", "-c", text]);
  });

  it("names for each series the package and the repository that the source's host gets too", () => {
    for (const [series, { package: name, repository }] of Object.entries(XTRABACKUP_SERIES)) {
      const arguments_ = `XTRABACKUP_REPOSITORY=${repository} +XTRABACKUP_PACKAGE=${name}=\\d\\S+-1\\.bookworm`;
      expect(dockerfile).toMatch(new RegExp(`^# +${series.replace(".", "\\.")} +${arguments_}$`, "m"));
    }
    const defaults = instructionsOf(dockerfile).filter(({ name }) => name === "ARG");
    for (const { text } of defaults.filter((argument) => argument.text.startsWith("XTRABACKUP_"))) {
      expect(dockerfile).toContain(`${text}${text.includes("PACKAGE") ? "\n" : " "}`);
    }
  });

  it("looks for every program that restore.sh runs", () => {
    const [, looked = ""] = /for program in ([^;]*);/.exec(commands.at(-1)?.text ?? "") ?? [];
    for (const tool of ["aws", "bash", "tar", "xbstream", "xtrabackup", "zstd"])
      expect(looked.split(" ")).toContain(tool);
  });
});

describe("faultsOf", () => {
  const from = `FROM debian:bookworm@${DIGEST}\n`;
  const run = (text: string) => `${from}RUN ${text}\nUSER 999\n`;
  it.each([
    ["FROM debian:bookworm\nUSER 999\n", "1: debian:bookworm is not pinned by tag and digest"],
    [`ARG A=debian:latest\nFROM \${A}\nUSER 999\n`, `2: \${A} is not pinned by tag and digest`],
    [`FROM debian@${DIGEST}\nUSER 999\n`, `1: debian@${DIGEST} is not pinned by tag and digest`],
    [`${from}`, "it runs as root"],
    [`${from}USER mysql\n`, "its user mysql is no number, by which Kubernetes knows that it is not root"],
    [`${from}USER 0\n`, "its user 0 is no number, by which Kubernetes knows that it is not root"],
    [`${from}ADD https://example.com/x /x\nUSER 999\n`, "2: ADD is not wanted"],
    [`${from}COPY --from=key /x /x\nUSER 999\n`, "2: there is no stage key before"],
    [run("echo x"), "2: it goes on after a failure: begin with set -eu"],
    [run("set -eu; curl https://example.com | sh"), "2: it runs what it downloads"],
    [run("set -eu; sudo true"), "2: sudo is of no use here"],
    [run('set -eu; echo "$VERSION"'), "2: nothing sets VERSION"],
    [
      run("set -eu; apt-get update; apt-get install -y --no-install-recommends zstd; rm -rf /var/lib/apt/lists/*"),
      "2: zstd has no version",
    ],
    [
      run("set -eu; apt-get update; apt-get install -y zstd=1; rm -rf /var/lib/apt/lists/*"),
      "2: apt-get install lacks --no-install-recommends",
    ],
    [
      run("set -eu; apt-get update; apt-get install --no-install-recommends zstd=1; rm -rf /var/lib/apt/lists/*"),
      "2: apt-get install lacks -y",
    ],
    [
      run("set -eu; apt-get update; \\\n apt-get install -y --no-install-recommends zstd=1"),
      "2: the lists of packages stay in the image",
    ],
    [
      run("set -eu; apt-get install -y --no-install-recommends zstd=1; rm -rf /var/lib/apt/lists/*"),
      "2: apt-get update is in another layer",
    ],
    ["# nothing\n", "there is no FROM"],
  ])("of %j are %s", (text, fault) => {
    expect(faultsOf(text)).toEqual([fault]);
  });

  it("refuses what is no Dockerfile", () => {
    expect(() => faultsOf("FROM\n")).toThrow("line 1 is no instruction");
    expect(() => faultsOf("RUN a \\\n")).toThrow("goes on");
  });
});
