import type { ConnectionOptions } from "../mysql/connection-options.js";
import type { ObjectStorage } from "./storage.js";

/** How the copy is made: Percona XtraBackup, or MySQL's own CLONE plugin into a folder that is then packed. */
export type BackupMethod = "xtrabackup" | "clone";

/** Paths of programs on the host, where they are not on its PATH. */
export interface BackupTools {
  readonly aws?: string;
  readonly mysql?: string;
  readonly tar?: string;
  readonly xbstream?: string;
  readonly xtrabackup?: string;
  readonly zstd?: string;
}

/** Where XtraBackup comes from when it is not installed on the host. */
export interface BackupContainer {
  /** @default percona/percona-xtrabackup of the server's series */
  readonly image?: string;
  /** What runs it; podman takes the same options. @default docker */
  readonly program?: string;
}

/** A backup to be taken; holds secrets, so never log it. */
export interface BackupRequest {
  /** Name of the database in keys and manifest; not a schema: the whole server is copied. */
  readonly database: string;
  /** Names this backup; the same id is never taken twice while its backup is intact. */
  readonly backupId: string;
  readonly method: BackupMethod;
  /** As seen from the host. */
  readonly source: ConnectionOptions;
  /** Unix socket of the source on the host; then the address in `source` is not used. */
  readonly socket?: string;
  readonly storage: ObjectStorage;
  readonly keyPrefix: string;
  /** Of zstd, 1 to 19. @default 1 */
  readonly compressionLevel?: number;
  /** Of zstd and xtrabackup. @default all processors of the host */
  readonly threads?: number;
  /** Absolute path on the host, for the job's files; `clone` needs room for a whole copy of the data there. */
  readonly workDirectory: string;
  /** Absolute path on the host where the scripts of `sourceScripts` lie already. @default they are sent with each job */
  readonly scriptDirectory?: string;
  readonly tools?: BackupTools;
  /** Runs xtrabackup from a container image instead of `tools`; the other tools are the host's. */
  readonly container?: BackupContainer;
  /** Uncompressed. @default measured on the source */
  readonly expectedBytes?: number;
  readonly timeoutSeconds: number;
  readonly stallTimeoutSeconds: number;
  /** For how long the host may be out of reach while the backup runs there. @default 300 */
  readonly connectionLossTimeoutSeconds?: number;
}

/** A backup to be restored; holds secrets, so never log it. */
export interface RestoreRequest {
  readonly manifestKey: string;
  readonly storage: ObjectStorage;
  /** Absolute path on the host; the data comes into `data` below it. */
  readonly volumeDirectory: string;
  /** Absolute path on the host, for the job's files. */
  readonly workDirectory: string;
  /** @default all processors of the host */
  readonly threads?: number;
  /** Memory of `xtrabackup --prepare`, e.g. `2G`. @default 1G */
  readonly prepareMemory?: string;
  /** Basename of the restored server's binary log; only xtrabackup needs it. @default binlog */
  readonly logBin?: string;
  /**
   * Absolute path on the host: configuration of the keyring component that encrypted data need, in a file named like it
   * (`component_keyring_file.cnf`). The restore puts a copy, and one of the key file, into `keyring` on the volume.
   */
  readonly keyringConfig?: string;
  /** `user:group` of the restored data. @default whoever runs the restore */
  readonly owner?: string;
  readonly tools?: BackupTools;
  readonly timeoutSeconds: number;
  readonly stallTimeoutSeconds: number;
}
