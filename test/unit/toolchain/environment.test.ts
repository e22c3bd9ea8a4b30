import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { environmentFileText, isolatedEnvironment, shellEnvironment } from "../../../toolchain/environment.js";
import { ferryPaths } from "../../../toolchain/paths.js";

const isolated = isolatedEnvironment(ferryPaths("/a project"), "/opt/pulumi/bin");

const ours = {
  PULUMI_HOME: "/a project/.ferry/pulumi/home",
  PULUMI_BACKEND_URL: "file:///a project/.ferry/pulumi/backend",
  PULUMI_CONFIG_PASSPHRASE: "gtid-ferry-local",
  PULUMI_SKIP_UPDATE_CHECK: "true",
  PULUMI_NODEJS_TRANSPILE_ONLY: "true",
  AWS_CONFIG_FILE: "/a project/.ferry/aws/config",
  AWS_SHARED_CREDENTIALS_FILE: "/a project/.ferry/aws/credentials",
  AWS_EC2_METADATA_DISABLED: "true",
  AWS_PAGER: "",
  AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
};

const ofTheUser = {
  HOME: "/home/u",
  PATH: "/usr/bin:/bin",
  MYSQL_HOME: "/opt/mysql",
  MYSQL_PWD: "theirs",
  MYSQL_HOST: "db.example",
  AWS_PROFILE: "production",
  AWS_ACCESS_KEY_ID: "theirs",
  AWS_ENDPOINT_URL_S3: "https://s3.example",
  PULUMI_ACCESS_TOKEN: "theirs",
  PULUMI_CONFIG_PASSPHRASE_FILE: "/home/u/passphrase",
  PULUMI_HOME: "/home/u/.pulumi",
};

const expected = {
  ...ours,
  HOME: "/home/u",
  MYSQL_HOME: "/opt/mysql",
  PATH: "/a project/.ferry/bin:/a project/.ferry/mysql/bin:/opt/pulumi/bin:/usr/bin:/bin",
};

describe("shellEnvironment", () => {
  it("keeps nothing of the user's Pulumi, AWS and MySQL settings but the choice of MySQL", () => {
    expect(shellEnvironment(ofTheUser, isolated)).toEqual(expected);
  });

  it("applied again gives the same", () => {
    expect(shellEnvironment(expected, isolated)).toEqual(expected);
  });

  it("names each folder once when the CLI is the project's own", () => {
    const built = isolatedEnvironment(ferryPaths("/p"), "/p/.ferry/bin");
    expect(shellEnvironment({}, built).PATH).toBe("/p/.ferry/bin:/p/.ferry/mysql/bin");
  });
});

describe("environmentFileText", () => {
  let folder = "";
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "ferry-env-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it.each(["bash", "sh"])("sourced by %s gives what shellEnvironment gives", (shell) => {
    const file = join(folder, "env");
    writeFileSync(file, environmentFileText(isolated));
    const printed = execFileSync(shell, ["-c", `set -eu; . ${file}; PATH="$PATH" /usr/bin/env -0`], {
      env: { ...ofTheUser, name: "kept out of the loop" },
      encoding: "utf8",
    });
    const pairs = printed.split("\0").map((pair) => /^([^=]*)=(.*)$/s.exec(pair));
    const seen = Object.fromEntries(pairs.flatMap((pair) => (pair === null ? [] : [[pair[1], pair[2]]])));
    for (const name of ["PWD", "OLDPWD", "SHLVL", "_"]) delete seen[name];
    expect(seen).toEqual(expected);
  });
});
