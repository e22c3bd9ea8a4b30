import type { Host, ProcessIdentity } from "../hosts/index.js";
import { addressOf, optionFile } from "../mysql/index.js";
import { FerryError } from "../operation/index.js";
import { environmentFile } from "./environment-file.js";
import { backupKeys } from "./keys.js";
import type { BackupRequest, BackupTools, RestoreRequest } from "./request.js";
import { installScript } from "./scripts.js";
import type { ObjectStorage } from "./storage.js";

const SECRET = 0o600;

/** Files of a job that stand in for xtrabackup where that comes from a container image. */
export const CONTAINER_TOOLS = { run: "xtrabackup-in-container", stop: "remove-container" } as const;

export function backupJobDirectory(request: Pick<BackupRequest, "workDirectory" | "backupId">): string {
  return `${request.workDirectory}/backup-${request.backupId}`;
}

/** Writes everything that backup.sh reads; gives the script's path. `settings` are those that the manifest is to have. */
export async function writeBackupJob(
  host: Host,
  request: BackupRequest,
  settings: Readonly<Record<string, string>> = {},
): Promise<string> {
  refuseUnreachable(request);
  const directory = backupJobDirectory(request);
  const ca = request.socket === undefined ? request.source.tls?.ca : undefined;
  const caPath = `${directory}/ca.pem`;
  if (ca !== undefined) await host.writeFile(caPath, ca, SECRET);
  const login = optionFile(request.source, {
    ...(request.socket === undefined ? {} : { socket: request.socket }),
    ...(ca === undefined ? {} : { caPath }),
  });
  await host.writeFile(`${directory}/client.cnf`, login, SECRET);
  await host.writeFile(`${directory}/job.env`, environmentFile(backupParameters(request, settings)), SECRET);
  return installScript(host, directory, "backup.sh", request.scriptDirectory);
}

/** XtraBackup takes `localhost` for the default socket, and an address instead would not be what the certificate names. */
function refuseUnreachable({ method, source, socket, database, backupId }: BackupRequest): void {
  if (method !== "xtrabackup" || socket !== undefined) return;
  if (source.host.toLowerCase() !== "localhost" || source.tls?.mode !== "verify-identity") return;
  throw new FerryError({
    failed: `preparing backup ${backupId} of ${database}`,
    where: addressOf(source),
    seen: "host localhost with TLS mode verify-identity, which XtraBackup takes for the default socket",
    wanted: "an address or a name of the source that its certificate has, or its socket",
    next: "set sourceHost to such a name, or TLS mode verify-ca",
  });
}

/** Writes everything that restore.sh reads; gives the script's path. */
export async function writeRestoreJob(host: Host, directory: string, request: RestoreRequest): Promise<string> {
  await host.writeFile(`${directory}/job.env`, environmentFile(restoreParameters(request)), SECRET);
  return installScript(host, directory, "restore.sh");
}

/** Starts a script on its job directory; what an earlier run reported is gone first. */
export async function startJob(host: Host, directory: string, script: string): Promise<ProcessIdentity> {
  await host.remove(`${directory}/status.json`);
  await host.remove(`${directory}/log`);
  return host.startDetached({
    argv: ["bash", script, directory],
    workingDirectory: directory,
    environment: { GTID_FERRY_JOB: directory },
    logPath: `${directory}/log`,
  });
}

/** Files with credentials, for the case that no script ran that removes them itself. */
export async function removeCredentials(host: Host, directory: string): Promise<void> {
  for (const name of ["job.env", "client.cnf", "ca.pem"]) await host.remove(`${directory}/${name}`);
}

export function secretsOf(storage: ObjectStorage, password = ""): string[] {
  return [password, storage.secretAccessKey ?? "", storage.sessionToken ?? ""];
}

function backupParameters(
  request: BackupRequest,
  settings: Readonly<Record<string, string>>,
): Record<string, string | undefined> {
  const keys = backupKeys(request.keyPrefix, request.database, request.backupId);
  return {
    DATABASE: request.database,
    BACKUP_ID: request.backupId,
    METHOD: request.method,
    OBJECT_KEY: keys.object,
    MANIFEST_KEY: keys.manifest,
    WORK_DIRECTORY: request.workDirectory,
    COMPRESSION_LEVEL: request.compressionLevel?.toString(),
    THREADS: request.threads?.toString(),
    EXPECTED_BYTES: request.expectedBytes?.toString(),
    TARGET_SETTINGS: Object.entries(settings)
      .map(([name, value]) => `${name}=${value}`)
      .join("\n"),
    ...storageParameters(request.storage),
    ...toolParameters(request.tools ?? {}),
    ...containerParameters(request),
  };
}

function containerParameters(request: BackupRequest): Record<string, string> {
  if (request.container === undefined || request.method !== "xtrabackup") return {};
  const directory = backupJobDirectory(request);
  return {
    CONTAINER_PROGRAM: request.container.program ?? "docker",
    XTRABACKUP_TOOL: `${directory}/${CONTAINER_TOOLS.run}`,
    XTRABACKUP_STOP_TOOL: `${directory}/${CONTAINER_TOOLS.stop}`,
  };
}

function restoreParameters(request: RestoreRequest): Record<string, string | undefined> {
  return {
    MANIFEST_KEY: request.manifestKey,
    VOLUME_DIRECTORY: request.volumeDirectory,
    THREADS: request.threads?.toString(),
    USE_MEMORY: request.prepareMemory,
    LOG_BIN: request.logBin,
    OWNER: request.owner,
    KEYRING_CONFIG: request.keyringConfig,
    ...storageParameters(request.storage),
    ...toolParameters(request.tools ?? {}),
  };
}

function storageParameters(storage: ObjectStorage): Record<string, string | undefined> {
  return {
    BUCKET: storage.bucket,
    AWS_REGION: storage.region,
    S3_ENDPOINT: storage.endpoint,
    AWS_ACCESS_KEY_ID: storage.accessKeyId,
    AWS_SECRET_ACCESS_KEY: storage.secretAccessKey,
    AWS_SESSION_TOKEN: storage.sessionToken,
  };
}

function toolParameters(tools: BackupTools): Record<string, string | undefined> {
  return {
    AWS_TOOL: tools.aws,
    MYSQL_TOOL: tools.mysql,
    TAR_TOOL: tools.tar,
    XBSTREAM_TOOL: tools.xbstream,
    XTRABACKUP_TOOL: tools.xtrabackup,
    ZSTD_TOOL: tools.zstd,
  };
}
