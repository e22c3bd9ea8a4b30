import { spawnSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { makeTestDirectory, removeTestDirectory } from "../../../lab/testing.js";
import { chartDirectory } from "../../helpers/helm.js";

const MANIFEST = `${JSON.stringify(
  {
    backupId: "b1",
    lowerCaseTableNames: 1,
    innodbPageSizeBytes: 8192,
    settings: { mandatory_roles: "`r`@`%`", sql_mode: "ANSI,STRICT_ALL_TABLES", "validate_password.length": "10" },
  },
  undefined,
  2,
)}\n`;

let directory: string;
let volume: string;
let volumes = 0;

beforeAll(async () => {
  directory = await makeTestDirectory("chart-scripts");
  for (const name of ["restore-once.sh", "start-mysqld.sh"]) {
    cpSync(join(chartDirectory, "files", name), join(directory, name));
  }
  for (const name of ["job.sh", "link-keyring.sh"]) cpSync(resolve("scripts", name), join(directory, name));
  program("restore.sh", `echo "$MANIFEST_KEY $* \${AWS_SECRET_ACCESS_KEY:-role}"`);
  program("mysqld", 'echo "$*"');
});

afterAll(async () => {
  await removeTestDirectory(directory);
});

beforeEach(() => {
  volumes += 1;
  volume = join(directory, `volume-${volumes}`);
  mkdirSync(join(volume, ".restore"), { recursive: true });
});

describe("restore-once.sh", () => {
  it("restores the backup that is asked for on a volume without data", () => {
    note("b0.publishing");
    expect(restore()).toBe("backups/shop/b2/manifest.json /job role");
  });

  it.each(["done", "publishing"])("asks for the backup of the volume's data, noted as %s", (state) => {
    note(`b1.${state}`);
    mkdirSync(join(volume, "data"));
    expect(restore()).toBe("volume/b1/manifest.json /job role");
  });

  it("asks for what is wanted where data are of unknown origin, which restore.sh then refuses", () => {
    mkdirSync(join(volume, "data"));
    expect(restore()).toBe("backups/shop/b2/manifest.json /job role");
  });

  it("takes the keys for S3 from a file that Vault's agent wrote", () => {
    const credentials = join(volume, "credentials");
    mkdirSync(credentials);
    writeFileSync(join(credentials, "s3.env"), "AWS_ACCESS_KEY_ID='id'\nAWS_SECRET_ACCESS_KEY='a $ecret'\n");
    expect(restore({ CREDENTIALS_DIRECTORY: credentials })).toBe("backups/shop/b2/manifest.json /job a $ecret");
  });
});

describe("start-mysqld.sh", () => {
  beforeEach(() => {
    mkdirSync(join(volume, "data"));
    mkdirSync(join(volume, "run"));
    writeFileSync(join(volume, ".restore", "b1.done"), MANIFEST);
    writeFileSync(join(volume, "mysqld.cnf"), "[mysqld]\nsuper_read_only = ON\n");
  });

  it("becomes mysqld with what only the volume and the pod know", () => {
    const { stdout, settings } = start("shop-2");
    expect(stdout).toBe(`--defaults-file=${volume}/run/my.cnf`);
    expect(settings).toEqual([
      "[mysqld]",
      'loose_mandatory_roles = "`r`@`%`"',
      'loose_sql_mode = "ANSI,STRICT_ALL_TABLES"',
      'loose_validate_password.length = "10"',
      "[mysqld]",
      "super_read_only = ON",
      `datadir = ${volume}/data`,
      "server_id = 702",
      "skip_replica_start = ON",
      "lower_case_table_names = 1",
      "innodb_page_size = 8192",
    ]);
  });

  it("names the files of the source's system tablespace, where the manifest does", () => {
    const path = "ibdata1:16M;ibdata2:16M:autoextend";
    const manifest = MANIFEST.replace("8192", `8192,\n  "innodbDataFilePath": "${path}"`);
    writeFileSync(join(volume, ".restore", "b1.done"), manifest);
    expect(start("shop-0").settings.at(-1)).toBe(`innodb_data_file_path = "${path}"`);
  });

  it("gives mysqld the keyring that the restore has put on the volume", () => {
    const keyring = join(volume, "keyring");
    const plugins = join(volume, "plugins");
    for (const path of [keyring, plugins]) mkdirSync(path);
    for (const name of ["mysqld.my", "component_keyring_file.cnf"]) writeFileSync(join(keyring, name), name);
    for (const name of ["component_keyring_file.so", "mysql_clone.so"]) writeFileSync(join(plugins, name), name);
    program("mysqld", `printf "%s\\n" "$0 $*" "basedir   /usr/" "plugin-dir   ${plugins}/"`);
    const { stdout } = start("shop-0");
    const links = join(volume, "run", "plugins");
    expect(stdout.split("\n")[0]).toBe(
      `${volume}/run/bin/mysqld --defaults-file=${volume}/run/my.cnf --basedir=/usr/ --plugin-dir=${links}`,
    );
    expect(readFileSync(join(volume, "run", "bin", "mysqld.my"), "utf8")).toBe("mysqld.my");
    expect(readFileSync(join(links, "component_keyring_file.cnf"), "utf8")).toBe("component_keyring_file.cnf");
    expect(readFileSync(join(links, "mysql_clone.so"), "utf8")).toBe("mysql_clone.so");
    // Restarted in the same pod.
    expect(start("shop-0").stdout).toBe(stdout);
    program("mysqld", `echo "plugin-dir   ${keyring}/"`);
    expect(start("shop-0").stderr).toContain(`there is no component_keyring_file.so in ${keyring}`);
    program("mysqld", 'echo "$*"');
  });

  it("goes on with the migration's channel and no other", () => {
    writeFileSync(join(volume, "data", "relay-bin-upstream.index"), "");
    writeFileSync(join(volume, "data", "relay-bin.index"), "");
    expect(start("shop-0").settings).toContain("skip_replica_start = ON");
    writeFileSync(join(volume, "data", "relay-bin-gtid_ferry.index"), "");
    expect(start("shop-0").settings).toContain("skip_replica_start = OFF");
  });

  it("refuses to run on a volume that was not restored", () => {
    volume = join(directory, "empty");
    mkdirSync(join(volume, "run"), { recursive: true });
    const { status, stderr } = start("shop-0");
    expect(status).toBe(1);
    expect(stderr).toContain(`there are no restored data in ${volume}`);
  });
});

function program(name: string, body: string): void {
  const path = join(directory, name);
  writeFileSync(path, `#!/usr/bin/env bash\n${body}\n`);
  chmodSync(path, 0o755);
}

function note(name: string): void {
  writeFileSync(join(volume, ".restore", name), MANIFEST);
}

function bash(script: string, environment: Readonly<Record<string, string>>) {
  const path = `${directory}:${process.env.PATH}`;
  const env = { PATH: path, VOLUME_DIRECTORY: volume, RUN_DIRECTORY: join(volume, "run"), ...environment };
  return spawnSync("bash", [join(directory, script)], { env, encoding: "utf8" });
}

function restore(environment: Readonly<Record<string, string>> = {}): string {
  const wanted = { MANIFEST_KEY: "backups/shop/b2/manifest.json", JOB_DIRECTORY: "/job", ...environment };
  const { status, stdout, stderr } = bash("restore-once.sh", wanted);
  expect(status, stderr).toBe(0);
  return stdout.trim();
}

function start(pod: string) {
  const { status, stdout, stderr } = bash("start-mysqld.sh", {
    POD_NAME: pod,
    SERVER_ID_BASE: "700",
    CHANNEL: "gtid_ferry",
    RELAY_LOG: "relay-bin",
    CONFIGURATION: join(volume, "mysqld.cnf"),
  });
  const settings =
    status === 0
      ? readFileSync(join(volume, "run", "my.cnf"), "utf8")
          .trimEnd()
          .split("\n")
      : [];
  return { status, stdout: stdout.trim(), stderr, settings };
}
