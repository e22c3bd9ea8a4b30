import { posix } from "node:path";
import { shellQuote } from "../../operation/index.js";
import type { BackupRequest } from "../request.js";

/** By tag or by digest; what begins with a dash would be an option. */
const IMAGE = /^[a-z0-9][a-zA-Z0-9._:/@-]*$/;

export interface ContainerTool {
  /** Takes the options of xtrabackup and becomes it in a container. */
  readonly run: string;
  /** Ends that container: killing the program that runs it would not. */
  readonly stop: string;
}

/**
 * Texts of two shell scripts that stand in for xtrabackup on a host without it. The server's directories are mounted
 * read-only; what logs in lies in the job's directory, so that no secret is in any argument.
 */
export function containerTool(
  request: Pick<BackupRequest, "database" | "backupId" | "socket" | "container">,
  jobDirectory: string,
  image: string,
  serverDirectories: readonly string[],
): ContainerTool {
  if (!IMAGE.test(image)) throw new Error(`not the name of a container image: ${JSON.stringify(image)}`);
  const program = shellQuote(request.container?.program ?? "docker");
  const name = `gtid-ferry-${request.database}-${request.backupId}`;
  const remove = `${program} rm --force ${shellQuote(name)} >/dev/null`;
  const readOnly = [...serverDirectories, ...(request.socket === undefined ? [] : [posix.dirname(request.socket)])];
  const mounts = [
    mount(jobDirectory, ""),
    ...[...new Set(readOnly)].filter((directory) => directory !== jobDirectory).map((one) => mount(one, ",readonly")),
  ];
  const run = `#!/bin/sh
groups=
for group in $(id -G); do groups="$groups --group-add $group"; done
${remove} 2>&1
# A log of standard output would be a copy of the whole backup. Labels of SELinux must stay as mysqld needs them.
# shellcheck disable=SC2086
exec ${program} run --rm --name ${shellQuote(name)} --network host --log-driver none --security-opt label=disable \\
  --env ${shellQuote(`MYSQL_TEST_LOGIN_FILE=${jobDirectory}/no-login-file`)} \\
  --user "$(id -u):$(id -g)" $groups ${mounts.join(" ")} \\
  --entrypoint xtrabackup ${shellQuote(image)} "$@"
`;
  return { run, stop: `#!/bin/sh\n${remove}\n` };
}

/** The value is a line of CSV (docker/cli opts/mount.go), so that a comma in a path must not begin another field. */
function mount(directory: string, options: string): string {
  const fields = [`source=${directory}`, `target=${directory}`].map(csvField);
  return `--mount ${shellQuote(["type=bind", ...fields].join(",") + options)}`;
}

function csvField(field: string): string {
  return /[",]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
