import { describe, expect, it } from "vitest";
import { parseHostFacts } from "../../../../../engine/backup/host-check/facts.js";

describe("parseHostFacts", () => {
  it("reads what the script prints", () => {
    const text = [
      "packageManager\tdnf",
      "user\tec2-user",
      "bash\t5.2.15(1)-release",
      "coreutils.missing\tnproc tee",
      "zstd\t*** zstd command line interface 64-bits v1.4.9, by Yann Collet ***",
      "xtrabackup\txtrabackup version 8.0.35-35 based on MySQL server 8.0.35 Linux (x86_64) (revision id: x)",
      "work.writable\tyes",
      "work.availableBytes\t123456",
      "mysql\t/usr/bin/mysql",
      "server.version\t8.0.36",
      "server.directory\t/var/lib/mysql/",
      "NULL",
      "server.directory\t./",
      "server.directory\t../redo",
      "server.directory\t",
      "server.directory\t/var/lib/mysql/undo",
      "server.directory\t/var/lib/mysql-files",
      "server.directory\t/usr/lib/mysql/plugin/",
      "server.keyFile\t/var/lib/mysql-keyring/keys",
      "server.directory\t/var/lib/mysql-keyring",
      "keyFile.readable\tyes",
      "datadir.readable\tyes",
      "",
    ].join("\n");
    expect(parseHostFacts(text)).toEqual({
      packageManager: "dnf",
      user: "ec2-user",
      programs: {
        bash: "5.2.15(1)-release",
        zstd: "*** zstd command line interface 64-bits v1.4.9, by Yann Collet ***",
        xtrabackup: "xtrabackup version 8.0.35-35 based on MySQL server 8.0.35 Linux (x86_64) (revision id: x)",
        mysql: "/usr/bin/mysql",
      },
      missingCoreutils: ["nproc", "tee"],
      containerError: undefined,
      isWorkWritable: true,
      workAvailableBytes: 123456,
      serverVersion: "8.0.36",
      serverError: undefined,
      serverDirectories: [
        "/var/lib/mysql",
        "/var/lib/redo",
        "/var/lib/mysql-files",
        "/usr/lib/mysql/plugin",
        "/var/lib/mysql-keyring",
      ],
      isDataReadable: true,
      keyFile: "/var/lib/mysql-keyring/keys",
      isKeyFileReadable: true,
    });
  });

  it("takes nothing for nothing", () => {
    expect(parseHostFacts("")).toEqual({
      packageManager: undefined,
      user: "",
      programs: {},
      missingCoreutils: [],
      containerError: undefined,
      isWorkWritable: false,
      workAvailableBytes: undefined,
      serverVersion: undefined,
      serverError: undefined,
      serverDirectories: [],
      isDataReadable: false,
      keyFile: undefined,
      isKeyFileReadable: false,
    });
  });
});
