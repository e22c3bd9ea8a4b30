import { isIPv4 } from "node:net";
import { resolve } from "node:path";
import { routeOptions } from "@gtid-ferry/engine/traffic";
import { RunError } from "@pulumi/pulumi";
import { z } from "zod";
import { bucketName, databaseName, keyPrefix } from "./aws-arguments";
import { awsRules, awsShape } from "./aws-configuration";
import { flag, json, optional, optionalJson, optionalPath, path, port, seconds, text } from "./configuration-values";
import { namespaceName } from "./kubernetes-arguments";
import { localReplicas, podReplicas } from "./replicas-configuration";

const TLS_MODES = ["disabled", "required", "verify-ca", "verify-identity"] as const;
const KEYRING_CONFIG = /\/component_keyring_[a-z_]+\.cnf$/;
const image = z.string().regex(/^[a-z0-9][a-zA-Z0-9._:/@-]*$/, { error: "wanted the name of a container image" });
const container = z.strictObject({ image: image.exactOptional(), program: text.exactOptional() });
const optionalTools = Object.fromEntries(
  (["aws", "mysql", "tar", "xbstream", "xtrabackup", "zstd"] as const).map((tool) => [tool, text.optional()]),
);

const common = z.object({
  phase: z.enum(["prepare", "replicate", "cutover", "finalize"]),
  database: databaseName,
  sourceHost: text,
  sourcePort: port,
  sourceUser: text,
  sourceTlsMode: z.enum(TLS_MODES),
  sourceTlsCa: optional,
  expectedSourceUuid: optional,
  sourceHostForTarget: optional,
  gtidEnabling: z.enum(["online", "never"]),
  consistencyWatchSeconds: seconds,
  stepTimeoutSeconds: seconds.min(1),
  binlogRetentionSeconds: seconds.min(3600).max(4_294_967_295),
  replicationUser: text.max(32),
  replicationHost: text.max(255),
  replicationTlsMode: z.enum(TLS_MODES),
  replicationTlsCaPath: optional,
  replicationStartTimeoutSeconds: seconds.min(1),
  backupMethod: z.enum(["xtrabackup", "clone"]),
  backupTrigger: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, { error: "wanted 1 to 64 of A-Z a-z 0-9 . _ -" }),
  backupBucket: bucketName,
  backupKeyPrefix: keyPrefix,
  backupRegion: text,
  backupEndpoint: optional,
  backupAccessKeyId: optional,
  backupDirectory: path,
  backupCompressionLevel: z.coerce.number().int().min(1).max(19),
  backupThreads: z.coerce.number().int().min(1).max(256),
  backupTimeoutSeconds: seconds.min(1),
  mysqlBinDirectory: optionalPath,
  targetServerId: z.coerce.number().int().min(1).max(4_294_967_295),
  targetStartTimeoutSeconds: seconds.min(1),
  errantTransactions: z.enum(["fail", "inject-empty", "reset"]),
  errantTransactionsConfirmed: z.string(),
  reverseReplication: z.enum(["required", "none"]),
  rebuildMinimumIntervalSeconds: seconds.min(1),
  switchoverBudgetSeconds: seconds.min(1),
  switchoverAttemptTimeoutSeconds: seconds.min(1),
  switchoverAttempts: z.coerce.number().int().min(1),
  switchoverQuietTimeoutSeconds: seconds.min(1),
  switchoverMaximumLagSeconds: seconds.min(1),
  switchoverSettleTimeoutSeconds: seconds.min(1),
  trafficRoutes: json.pipe(routeOptions.array()),
  verifyBeforeCutover: flag,
  verificationTrigger: text,
  verificationIgnoredObjects: json.pipe(text.array()),
  verificationChunkMilliseconds: z.coerce.number().int().min(1).max(10_000),
  verificationConcurrency: z.coerce.number().int().min(1).max(64),
  verificationMaximumLagSeconds: seconds.min(1),
  verificationMaximumRunningThreads: z.coerce.number().int().min(1),
  verificationLagTimeoutSeconds: seconds.min(1),
});

const local = common.extend({
  platform: z.literal("local"),
  targetHostForSource: optional,
  awsCommand: text.transform((value) => (value.includes("/") ? resolve(value) : value)),
  targetDirectory: path,
  targetPort: port,
  targetBufferPoolMebibytes: z.coerce.number().int().min(5),
  targetKeyringConfig: optionalPath.refine((value) => value === undefined || KEYRING_CONFIG.test(value), {
    error: "wanted a file named like its component, e.g. component_keyring_file.cnf",
  }),
  replicas: json.pipe(localReplicas),
  rebuildOnPurged: flag,
});

const cluster = common.extend({
  sourceVia: z.enum(["direct", "ssh"]),
  targetHostForSource: optional,
  kubeconfigPath: optionalPath,
  kubeContext: optional,
  kubeNamespace: namespaceName,
  chartValues: json.pipe(z.record(z.string(), z.unknown())),
  replicas: json.pipe(podReplicas),
  backupContainer: optionalJson(container),
  backupTools: json.pipe(z.strictObject(optionalTools)),
  verificationDirectory: path,
  rebuildOnPurged: z.literal("false", {
    error: "wanted false: in Kubernetes a target is restored anew by removing its volume claim and its pod",
  }),
});

const kubernetes = cluster.extend({ platform: z.literal("kubernetes") });
const aws = cluster.extend({ platform: z.literal("aws"), ...awsShape });

const schema = z.discriminatedUnion("platform", [local, kubernetes, aws]);
const keys = [...new Set([local, aws].flatMap(({ shape }) => Object.keys(shape)))];

type Values = z.output<typeof schema>;

/** A rule that looks at several keys: once each of them is right by itself, whatever is wrong elsewhere. */
function rule(keys: readonly string[], path: readonly string[], find: (values: Values) => string | undefined) {
  const looksAt = ["platform", ...keys];
  return {
    isKept: (values: Values) => find(values) === undefined,
    options: {
      path: [...path],
      error: ({ input }: { readonly input: unknown }) => find(input as Values),
      when: ({ issues }: z.core.ParsePayload) => !issues.some(({ path: [key] = [] }) => looksAt.includes(String(key))),
    },
  };
}

const rules = [
  rule(["targetPort", "sourcePort"], ["targetPort"], (values) =>
    values.platform !== "local" || values.targetPort !== values.sourcePort
      ? undefined
      : "wanted another port than sourcePort on the same machine",
  ),
  rule(["replicas", "targetPort", "sourcePort"], ["replicas"], (values) => {
    if (values.platform !== "local") return undefined;
    const ports = [values.sourcePort, values.targetPort, ...values.replicas.map(({ port: own }) => own)];
    return new Set(ports).size === ports.length
      ? undefined
      : "wanted a port of its own for each server of this machine";
  }),
  rule(["sourceHost", "sourceHostForTarget"], ["sourceHostForTarget"], (values) =>
    values.platform === "local" || isIPv4(values.sourceHostForTarget ?? values.sourceHost)
      ? undefined
      : "wanted the source's IPv4 address: the primary Service leads there before the cutover",
  ),
  rule(["phase", "targetHostForSource"], ["targetHostForSource"], (values) =>
    values.platform === "local" || values.phase !== "cutover" || values.targetHostForSource
      ? undefined
      : "wanted the target's address as the source reaches it, because the source replicates from there after cutover",
  ),
  rule(["sourceTlsMode", "sourceTlsCa"], ["sourceTlsCa"], (values) =>
    !values.sourceTlsMode.startsWith("verify") || values.sourceTlsCa !== undefined
      ? undefined
      : "wanted the certificate authority, because sourceTlsMode verifies it",
  ),
  rule(["replicationTlsMode", "replicationTlsCaPath"], ["replicationTlsCaPath"], (values) =>
    !values.replicationTlsMode.startsWith("verify") || values.replicationTlsCaPath !== undefined
      ? undefined
      : "wanted the certificate authority's file, because replicationTlsMode verifies it",
  ),
  ...awsRules.map(({ keys: looksAt, path: within, find }) =>
    rule(looksAt, within, (values) => (values.platform === "aws" ? find(values) : undefined)),
  ),
];

const ruled = rules.reduce((checked, { isKept, options }) => checked.refine(isKept, options), schema);

/** The stack's configuration without its secrets, checked and typed. */
export type Configuration = z.infer<typeof ruled>;
export type LocalConfiguration = Extract<Configuration, { readonly platform: "local" }>;
export type AwsConfiguration = Extract<Configuration, { readonly platform: "aws" }>;
/** Of a target in a cluster. */
export type KubernetesConfiguration = Extract<Configuration, { readonly platform: "kubernetes" | "aws" }>;

/** Reads one key of the project's namespace; undefined when it is not set. */
export type ReadKey = (key: string) => string | undefined;

/** Reads and checks every key; all mistakes are reported at once, each with key, value and rule. */
export function loadConfiguration(read: ReadKey): Configuration {
  const raw = Object.fromEntries(keys.map((key) => [key, read(key)]));
  const result = ruled.safeParse(raw);
  if (result.success) return result.data;
  const mistakes = result.error.issues.map(({ path: [key, ...within], message }) => {
    const name = String(key);
    if (within.length > 0) {
      return `  gtid-ferry:${name} has at ${within.join(".")} ${valueWithin(raw[name], within)}: ${message}`;
    }
    return `  gtid-ferry:${name} is ${raw[name] === undefined ? "not set" : JSON.stringify(raw[name])}: ${message}`;
  });
  throw new RunError(`the stack's configuration has ${mistakes.length} mistake(s)\n${mistakes.join("\n")}`);
}

/** What a key's JSON has there, as JSON. */
function valueWithin(text: string | undefined, path: readonly PropertyKey[]): string {
  const parsed: unknown = JSON.parse(text ?? "null");
  const found = path.reduce<unknown>(
    (value, member) =>
      typeof value === "object" && value !== null
        ? (value as Readonly<Record<PropertyKey, unknown>>)[member]
        : undefined,
    parsed,
  );
  return found === undefined ? "nothing" : JSON.stringify(found);
}
