import { testContract, type WrongCall } from "./contract.js";
import { BACKUP, call, extracted, MOVE_BACK, OPTIONS, PREPARE, type Setting } from "./xtrabackup-calls.js";

const SOURCE = "percona-xtrabackup storage/innobase/xtrabackup/src";
const OURS = { user: "backup", password: "secret" };

/** A call that ends with 1. */
function wrong(description: string, words: readonly string[], says: string | RegExp, setting: Setting = {}): WrongCall {
  return { call: description, run: () => call(words, setting), exitCode: 1, says };
}

function without(words: readonly string[], begin: string): string[] {
  return words.filter((word) => !word.startsWith(begin));
}

/** Without one of the files. */
function renamed(files: Readonly<Record<string, string>>, name: string): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(files).filter(([path]) => path !== `extract/${name}`));
}

const PREPARED = { xtrabackup_checkpoints: "backup_type = full-prepared\n" };
const KEYRING = { "keys/component_keyring_file.cnf": '{"path": "DIR/keys/keyring"}', "keys/keyring": "keys" };
const WITH_KEYS = "--component-keyring-config=DIR/keys/component_keyring_file.cnf";

testContract({
  double: "xtrabackup",
  rules: [
    {
      rule: "what is no option of it ends a backup, on the command line and in group [xtrabackup]",
      source: `${SOURCE}/xtrabackup.cc validate_options()`,
      wrong: [
        wrong("protocol in group [xtrabackup]", BACKUP, "xtrabackup: [ERROR] unknown variable 'protocol=TCP'.", {
          options: `${OPTIONS}[xtrabackup]\nprotocol=TCP\n`,
        }),
        ...["8.0.35-34", "8.4.0-6"].map((release) =>
          wrong(`protocol in group [xtrabackup], release ${release}`, BACKUP, "unknown variable 'protocol=SOCKET'.", {
            release,
            answers: { version: release },
            options: `${OPTIONS}[xtrabackup]\nprotocol=SOCKET\n`,
          }),
        ),
        wrong("an option of mysqld in group [xtrabackup]", BACKUP, "unknown variable 'max_connections=5'.", {
          options: `${OPTIONS}[xtrabackup]\nmax_connections=5\n`,
        }),
        wrong("a misspelt option", [...BACKUP, "--paralel=4"], "unknown variable 'paralel=4'."),
        wrong("an option of the mysql client", [...BACKUP, "--batch"], "unknown option '--batch'."),
        wrong("an option of another series", [...BACKUP, "--check-tables"], "unknown option '--check-tables'.", {
          release: "8.4.0-6",
          answers: { version: "8.4.3" },
        }),
        wrong(
          "--no-version-check, with a build that has no such check",
          [...BACKUP, "--no-version-check"],
          "unknown option '--no-version-check'.",
          {
            build: "without-version-check",
          },
        ),
        wrong(
          "an option of a keyring plugin, which 8.4 has no more",
          [...BACKUP, "--keyring-vault-config=/x"],
          "unknown variable",
          {
            release: "8.4.0-6",
            answers: { version: "8.4.3" },
          },
        ),
        wrong("what is no option while preparing", [...PREPARE, "--protocol=TCP"], "unknown variable 'protocol=TCP'.", {
          files: extracted(),
        }),
      ],
    },
    {
      rule: "it looks at its options only once it is connected and has its lock",
      source: `${SOURCE}/xtrabackup.cc xb_init(), xtrabackup_backup_func()`,
      wrong: [
        wrong(
          "no login and a wrong option",
          [...BACKUP, "--nonsense"],
          /Failed to connect to MySQL server: Access denied/,
          {
            answers: { account: { user: "root", password: "" } },
          },
        ),
        wrong(
          "no right to lock and a wrong option",
          [...BACKUP, "--nonsense"],
          "failed to execute query 'LOCK INSTANCE FOR BACKUP'",
          {
            answers: { refused: "LOCK INSTANCE" },
          },
        ),
      ],
    },
    {
      rule: "option files count by their place: the first word says which are read, the last one read wins",
      source: "mysql-server mysys/my_default.cc my_search_option_files()",
      wrong: [
        wrong(
          "--defaults-extra-file and another login in ~/.my.cnf",
          ["--defaults-extra-file=DIR/client.cnf", ...BACKUP.slice(1)],
          "user: root",
          {
            myCnf: "[client]\nuser=root\npassword=other\n",
            answers: { account: OURS },
          },
        ),
        wrong("--defaults-file and a login file", BACKUP, "Access denied for user 'root'", {
          loginFile: ["[client]", 'user = "root"', 'password = "other"'],
          answers: { account: OURS },
        }),
        wrong(
          "--no-defaults and a login file",
          ["--no-defaults", "--user=backup", ...BACKUP.slice(1)],
          "Access denied",
          {
            loginFile: ["[client]", 'password = "other"'],
            answers: { account: OURS },
          },
        ),
        wrong(
          "--defaults-file not first",
          ["--backup", "--defaults-file=DIR/client.cnf"],
          "--defaults-file must be specified first on the command line",
        ),
        wrong(
          "--defaults-extra-file not first",
          ["--backup", "--defaults-extra-file=DIR/client.cnf"],
          "--defaults-extra-file must be specified first",
        ),
        wrong(
          "--no-login-paths before --defaults-file",
          ["--no-login-paths", ...BACKUP],
          "--defaults-file must be specified first",
        ),
        wrong(
          "a file that is not there",
          ["--defaults-file=DIR/none.cnf", "--backup"],
          "Could not open required defaults file",
        ),
      ],
    },
    {
      rule: "--check-privileges demands more than a backup uses, by a regular expression over SHOW GRANTS",
      source: `${SOURCE}/xtrabackup.cc check_all_privileges(), has_privilege()`,
      wrong: [
        wrong(
          "no SHOW DATABASES",
          [...BACKUP, "--check-privileges"],
          "missing required privilege SHOW DATABASES on *.*",
          {
            answers: {
              grants: [
                "GRANT SELECT, RELOAD, PROCESS, CREATE USER, LOCK TABLES ON *.* TO `b`@`%`",
                "GRANT BACKUP_ADMIN ON *.* TO `b`@`%`",
              ],
            },
          },
        ),
        wrong("no CREATE", [...BACKUP, "--check-privileges"], "missing required privilege CREATE on *.*", {
          answers: {
            grants: [
              "GRANT SELECT, RELOAD, PROCESS, SHOW DATABASES, LOCK TABLES ON *.* TO `b`@`%`",
              "GRANT BACKUP_ADMIN ON *.* TO `b`@`%`",
            ],
          },
        }),
        wrong(
          "nothing but USAGE",
          [...BACKUP, "--check-privileges"],
          "missing required privilege BACKUP_ADMIN on *.*",
          {
            answers: { grants: ["GRANT USAGE ON *.* TO `b`@`%`"] },
          },
        ),
      ],
    },
    {
      rule: "without a privilege that a statement needs it ends at that statement",
      source: `${SOURCE}/backup_mysql.cc xb_mysql_query()`,
      wrong: [
        ["SELECT lower(STATUS_KEY)", "keyring_component_status"],
        ["SHOW ENGINE INNODB STATUS", "SHOW ENGINE INNODB STATUS"],
        ["FLUSH NO_WRITE_TO_BINLOG BINARY LOGS", "FLUSH NO_WRITE_TO_BINLOG BINARY LOGS"],
        ["SELECT server_uuid, local", "performance_schema.log_status"],
      ].map(([refused = "", says = ""]) =>
        wrong(`${says} is refused`, BACKUP, new RegExp(`failed to execute query '.*${says}`), { answers: { refused } }),
      ),
    },
    {
      rule: "it copies and prepares servers of its own series only",
      source: `${SOURCE}/backup_mysql.cc check_server_version(); xtrabackup.cc xtrabackup_prepare_func()`,
      wrong: [
        ["8.0.35-34", "8.4.3"],
        ["8.4.0-6", "8.0.36"],
        ["8.4.0-6", "9.7.4"],
        ["9.7.2-2", "8.4.3"],
        ["9.7.2-2", "9.6.0"],
      ].flatMap(([release = "", version = ""]) => [
        wrong(`${release} and a server ${version}`, BACKUP, `Unsupported server version: '${version}'`, {
          release,
          answers: { version },
        }),
        wrong(`${release} and a backup of ${version}`, PREPARE, `Unsupported server version: '${version}'`, {
          release,
          files: extracted({ xtrabackup_info: `server_version = ${version}\n` }),
        }),
      ]),
    },
    {
      rule: "one mode in a call, and words that are options",
      source: `${SOURCE}/xtrabackup.cc main(), handle_options()`,
      wrong: [
        wrong("no mode", ["--no-defaults", "--target-dir=DIR/target"], "Usage:"),
        wrong("two modes", [...BACKUP, "--prepare"], "Usage:"),
        wrong("a word that is no option", [...BACKUP, "xbstream"], "unknown argument: 'xbstream'"),
      ],
    },
    {
      rule: "values of options are read by MySQL's own parser, whose exit codes are its own",
      source: "mysql-server mysys/my_getopt.cc; include/my_getopt.h",
      wrong: [
        {
          call: "no value where one is required",
          run: () => call([...BACKUP, "--tables"]),
          exitCode: 5,
          says: "option '--tables' requires an argument",
        },
        {
          call: "a text where a number is wanted",
          run: () => call([...BACKUP, "--port=many"]),
          exitCode: 13,
          says: "Unknown suffix 'm' used for variable 'port'",
        },
        {
          call: "the beginning of two names",
          run: () => call([...BACKUP, "--incremental-h=x"]),
          exitCode: 3,
          says: "ambiguous option '--incremental-h'",
        },
        {
          call: "a stream that is not xbstream",
          run: () => call([...without(BACKUP, "--stream"), "--stream=tar"]),
          exitCode: 13,
          says: "Invalid --stream argument: tar",
        },
        {
          call: "a TLS mode of another spelling",
          run: () => call(BACKUP, { options: `${OPTIONS}ssl-mode=verify-ca\n` }),
          exitCode: 13,
          says: "Invalid --ssl-mode argument",
        },
      ],
    },
    {
      rule: "the folder for its temporary files has to be there",
      source: `${SOURCE}/xtrabackup.cc xtrabackup_backup_func()`,
      wrong: [
        wrong(
          "no --target-dir",
          [...without(BACKUP, "--target-dir"), "--target-dir=DIR/none"],
          "OS errno 2 - No such file or directory",
        ),
      ],
    },
    {
      rule: "it opens the server's keyring itself, while it copies",
      source: `${SOURCE}/keyring_components.cc keyring_init_online(), check_component_config_file()`,
      wrong: [
        wrong(
          "a configuration of the component that cannot be read",
          BACKUP,
          "Error reading component_keyring_file config file",
          {
            answers: { keyring: "component_keyring_file" },
          },
        ),
        wrong("a key file that is not there", BACKUP, "Encryption can't find master key", {
          answers: { keyring: "component_keyring_file" },
          files: { "plugin/component_keyring_file.cnf": '{"path": "DIR/none"}' },
        }),
      ],
    },
    {
      rule: "encrypted tablespaces are prepared only with their keys",
      source: `${SOURCE}/keyring_components.cc keyring_init_offline(), set_component_config_path()`,
      wrong: [
        wrong("no keyring", PREPARE, "Encryption can't find master key", {
          files: extracted({}, { keyring: "component_keyring_file" }),
        }),
        wrong(
          "a keyring that came along, whose key file is on the source only",
          PREPARE,
          "Encryption can't find master key",
          {
            files: extracted(
              { "component_keyring_file.cnf": '{"path": "/nowhere/keyring"}' },
              { keyring: "component_keyring_file" },
            ),
          },
        ),
        wrong(
          "a configuration of another name",
          [...PREPARE, "--component-keyring-config=DIR/keys/keyring.cnf"],
          /Unable to read .*keyring.cnf passed as --component-keyring-config/,
          {
            files: { ...extracted({}, { keyring: "component_keyring_file" }), "keys/keyring.cnf": "{}" },
          },
        ),
        wrong(
          "another component's configuration",
          [...PREPARE, "--component-keyring-config=DIR/keys/component_keyring_kmip.cnf"],
          "Encryption can't find master key",
          {
            files: { ...extracted({}, { keyring: "component_keyring_file" }), "keys/component_keyring_kmip.cnf": "{}" },
          },
        ),
        wrong(
          "a folder of plugins without the component",
          [...PREPARE, WITH_KEYS, "--xtrabackup-plugin-dir=DIR/plugin"],
          "Cannot load component",
          {
            files: { ...extracted({}, { keyring: "component_keyring_file" }), ...KEYRING },
          },
        ),
      ],
    },
    {
      rule: "only what is whole is prepared, and only what is prepared is moved back",
      source: `${SOURCE}/xtrabackup.cc read_metadata(), main()`,
      wrong: [
        wrong("no such folder", PREPARE, "cannot my_setwd"),
        wrong("no xtrabackup_checkpoints", PREPARE, "failed to read metadata", { files: { "extract/ibdata1": "" } }),
        wrong("no xtrabackup_info", PREPARE, "Failed to parse xtrabackup_info", {
          files: { "extract/xtrabackup_checkpoints": "backup_type = full-backuped\n" },
        }),
        wrong("moving back what is not prepared", MOVE_BACK, "The target is not fully prepared", {
          files: extracted(),
        }),
        wrong("moving back without --datadir", without(MOVE_BACK, "--datadir"), "datadir must be specified.", {
          files: extracted(PREPARED),
        }),
      ],
    },
    {
      rule: "moving back overwrites nothing, and puts tablespaces from outside where they were",
      source: `${SOURCE}/backup_copy.cc copy_back(), copy_back_thread_func()`,
      wrong: [
        wrong("a data directory that is not empty", MOVE_BACK, /Original data directory .* is not empty!/, {
          files: { ...extracted(PREPARED), "data/something": "" },
        }),
        wrong("a tablespace whose old place is taken", MOVE_BACK, "Destination file exists", {
          files: {
            ...extracted({ ...PREPARED, "app/t.ibd": "t" }, { external: [{ name: "app/t", path: "/etc/hostname" }] }),
          },
        }),
        wrong("a tablespace whose old place cannot be written", MOVE_BACK, "Can not create file /etc/hostname/t.ibd", {
          files: {
            ...extracted(
              { ...PREPARED, "app/t.ibd": "t" },
              { external: [{ name: "app/t", path: "/etc/hostname/t.ibd" }] },
            ),
          },
        }),
        wrong(
          "a system tablespace of another name than it is told",
          without(MOVE_BACK, "--innodb-data"),
          "cannot open file ibdata1",
          {
            files: renamed(extracted({ ...PREPARED, "system-one": "system" }), "ibdata1"),
          },
        ),
      ],
    },
  ],
  right: [
    { call: "a backup", run: () => call(BACKUP) },
    { call: "a backup with --no-version-check", run: () => call([...BACKUP, "--no-version-check"]) },
    ...["8.0.35-34", "8.4.0-6"].map((release) => ({
      call: `a backup with release ${release}`,
      run: () => call(BACKUP, { release, answers: { version: release } }),
    })),
    {
      call: "protocol in group [client], which it passes over",
      run: () => call(BACKUP, { options: `${OPTIONS}protocol=TCP\n` }),
    },
    {
      call: "a login file that MYSQL_TEST_LOGIN_FILE hides",
      run: () =>
        call(BACKUP, {
          loginFile: ["[client]", 'user = "root"'],
          environment: { MYSQL_TEST_LOGIN_FILE: "/nonexistent" },
          answers: { account: OURS },
        }),
    },
    {
      call: "~/.my.cnf beside --defaults-file",
      run: () => call(BACKUP, { myCnf: "[client]\nuser=root\n[xtrabackup]\nnonsense=1\n", answers: { account: OURS } }),
    },
    { call: "what is no option, with --strict=OFF", run: () => call([...BACKUP, "--nonsense", "--strict=OFF"]) },
    {
      call: "what is no option, before 8.0.27-19",
      run: () => call([...BACKUP, "--nonsense"], { release: "8.0.26-18", answers: { version: "8.0.26" } }),
    },
    {
      call: "a refused look at replication_group_members",
      run: () => call(BACKUP, { answers: { refused: "SELECT * FROM performance_schema.replication" } }),
    },
    { call: "--check-privileges with all that it demands", run: () => call([...BACKUP, "--check-privileges"]) },
    { call: "preparing", run: () => call(PREPARE, { files: extracted() }) },
    {
      call: "preparing with the keyring",
      run: () =>
        call([...PREPARE, WITH_KEYS], {
          files: { ...extracted({}, { keyring: "component_keyring_file" }), ...KEYRING },
        }),
    },
    { call: "moving back", run: () => call(MOVE_BACK, { files: extracted(PREPARED) }) },
    {
      call: "moving back with an option that it does not know",
      run: () => call([...MOVE_BACK, "--protocol=TCP"], { files: extracted(PREPARED) }),
    },
    { call: "--version", run: () => call(["--no-defaults", "--version"]) },
    { call: "--help", run: () => call(["--no-defaults", "--help"]) },
  ],
});
