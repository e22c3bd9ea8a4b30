import { gunzipSync, gzipSync } from "node:zlib";
import { z } from "zod";

/** Label of a record once the stack's state has the release; Helm hands labels on to the next revision. */
export const RECORDED_LABEL = "gtid-ferry/recorded";
/** Helm's `description` of a revision whose status was set here. */
export const TAKEN_OVER = "left by a run that was killed";

/** A Secret of Helm's, `sh.helm.release.v1.NAME.vREVISION`. */
export interface StoredRecord {
  readonly secret: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The Secret's key `release`, as the API shows it. */
  readonly release: string;
}

/** What Helm keeps of one revision of a release, as far as it says who installed what and how that ended. */
export interface ReleaseRecord {
  readonly secret: string;
  readonly revision: number;
  /** Helm's word: deployed, failed, pending-install, pending-upgrade, pending-rollback, superseded, uninstalling. */
  readonly status: string;
  readonly description: string;
  /** Whether the stack's state had the release at this revision or an earlier one. */
  readonly isRecorded: boolean;
  /** The value `release.owner`, which the chart takes from the stack; undefined in a release of somebody else. */
  readonly owner?: string;
}

const schema = z.looseObject({
  version: z.number().int(),
  info: z.looseObject({ status: z.string(), description: z.string().default("") }),
  // A release without values has null.
  config: z.looseObject({ release: z.looseObject({ owner: z.string().optional() }).optional() }).nullish(),
});

/**
 * The key `release` is JSON, compressed by gzip, in base64 (helm.sh/helm/v3 pkg/storage/driver/util.go encodeRelease), and
 * in base64 once more as all of a Secret. Throws on anything else.
 */
function decode(release: string): z.output<typeof schema> {
  const compressed = Buffer.from(Buffer.from(release, "base64").toString("ascii"), "base64");
  return schema.parse(JSON.parse(gunzipSync(compressed).toString("utf8")));
}

export function readRecord({ secret, labels, release }: StoredRecord): ReleaseRecord {
  const { version, info, config } = decode(release);
  const owner = config?.release?.owner;
  return {
    secret,
    revision: version,
    status: info.status,
    description: info.description,
    isRecorded: labels[RECORDED_LABEL] !== undefined,
    ...(owner === undefined ? {} : { owner }),
  };
}

/** The key `release` of the same revision with another status. */
export function withStatus(release: string, status: string, description: string): string {
  const record = decode(release);
  const changed = { ...record, info: { ...record.info, status, description } };
  return Buffer.from(gzipSync(JSON.stringify(changed)).toString("base64")).toString("base64");
}
