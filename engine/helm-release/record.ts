import { gunzipSync } from "node:zlib";
import { z } from "zod";

/** What Helm keeps of one revision of a release, as far as it says who installed what and how that ended. */
export interface ReleaseRecord {
  /** Name of the Secret: `sh.helm.release.v1.NAME.vREVISION`. */
  readonly secret: string;
  readonly revision: number;
  /** Helm's word: deployed, failed, pending-install, pending-upgrade, pending-rollback, superseded, uninstalling. */
  readonly status: string;
  /** The value `release.owner`, which the chart takes from the stack; undefined in a release of somebody else. */
  readonly owner?: string;
}

const schema = z.object({
  version: z.number().int(),
  info: z.object({ status: z.string() }),
  // A release without values has null.
  config: z.object({ release: z.object({ owner: z.string().optional() }).optional() }).nullish(),
});

/**
 * Reads a Secret of Helm's: its key `release` is JSON, compressed by gzip, in base64 (helm.sh/helm/v3
 * pkg/storage/driver/util.go encodeRelease), and in base64 once more as all of a Secret. Throws on anything else.
 */
export function readRecord(secret: string, release: string): ReleaseRecord {
  const compressed = Buffer.from(Buffer.from(release, "base64").toString("ascii"), "base64");
  const { version, info, config } = schema.parse(JSON.parse(gunzipSync(compressed).toString("utf8")));
  const owner = config?.release?.owner;
  return { secret, revision: version, status: info.status, ...(owner === undefined ? {} : { owner }) };
}
