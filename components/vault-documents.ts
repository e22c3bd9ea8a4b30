/** One database's secret in an engine KV version 2. */
export interface VaultSecretPlace {
  /** E.g. "kv". */
  readonly kvMount: string;
  readonly database: string;
}

/**
 * How things in Vault are called, so that many migrations use the same mounts:
 * - role of the target's pods: `db_replication_DATABASE`
 * - policies: `db_replication_DATABASE_reader` and `db_replication_DATABASE_writer`
 * - login that has the latter: `db_replication_DATABASE_writer`
 */
export function vaultNames(database: string) {
  const role = `db_replication_${database}`;
  return { role, readerPolicy: `${role}_reader`, writerPolicy: `${role}_writer`, writer: `${role}_writer` } as const;
}

/** Of the secret within its mount; `kv/db_replication/DATABASE` without `kv/`. */
export function vaultSecretName(database: string): string {
  return `db_replication/${database}`;
}

/** Of the secret as Vault's API and agent have it. */
export function vaultSecretPath({ kvMount, database }: VaultSecretPlace): string {
  return `${kvMount}/data/${vaultSecretName(database)}`;
}

/** HCL: may read the secret of one database, and neither list nor see its history. */
export function vaultReaderPolicy(place: VaultSecretPlace): string {
  return policy(vaultSecretPath(place), ["read"]);
}

/** HCL: may write the secret of one database, and not read what it wrote. */
export function vaultWriterPolicy(place: VaultSecretPlace): string {
  return policy(vaultSecretPath(place), ["create", "update"]);
}

function policy(path: string, capabilities: readonly string[]): string {
  return `path "${path}" {\n  capabilities = [${capabilities.map((name) => `"${name}"`).join(", ")}]\n}\n`;
}

/** What the chart's pod and its replication read, by the keys of the secret. */
export interface DatabaseCredentials {
  /** IPv4 address of the source, as the target reaches it. */
  readonly sourceHostIp: string;
  readonly replicationUser: string;
  readonly replicationPassword: string;
  /** Administrator account of the target. */
  readonly user: string;
  readonly password: string;
}

export function vaultSecretData(credentials: DatabaseCredentials) {
  return {
    SOURCE_HOST_IP: credentials.sourceHostIp,
    DB_REPLICATION_USER: credentials.replicationUser,
    DB_REPLICATION_PASSWORD: credentials.replicationPassword,
    DB_USERNAME: credentials.user,
    DB_PASSWORD: credentials.password,
  };
}

export interface VaultWriterLogin {
  readonly password: string;
  readonly policy: string;
  readonly tokenTtlSeconds: number;
}

/** The body of a userpass user who may do nothing but what the policy says, not even look at the own token. */
export function vaultWriterUser({ password, policy, tokenTtlSeconds }: VaultWriterLogin) {
  return {
    password,
    token_policies: [policy],
    token_no_default_policy: true,
    token_ttl: tokenTtlSeconds,
    token_max_ttl: tokenTtlSeconds,
  };
}
