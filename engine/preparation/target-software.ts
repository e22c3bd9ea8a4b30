import { withHost } from "../hosts/index.js";
import { readProgramVersion } from "../mysql/index.js";
import { type PlannedTarget, plannedSettings, versionOfTag } from "../preflight/index.js";

/** What will run the target: an image in Kubernetes, or a program on this machine. */
export interface TargetSoftware {
  /** E.g. `docker.io/library/mysql:8.4.6`. */
  readonly image?: string;
  /** Program on this machine, e.g. `/usr/sbin/mysqld`. */
  readonly mysqld?: string;
  /** Whether it refuses logins without TLS, whatever the source does. @default false */
  readonly requiresTls?: boolean;
  /** Settings that a user gives mysqld, as my.cnf has them. */
  readonly settings?: Readonly<Record<string, unknown>>;
}

/** What is known of a target that is not there yet; a program that does not run says nothing of its release. */
export async function plannedTarget({
  image,
  mysqld,
  requiresTls = false,
  settings = {},
}: TargetSoftware): Promise<PlannedTarget> {
  const known = { isInPod: mysqld === undefined, requiresTls, settings: plannedSettings(settings) };
  if (mysqld !== undefined) {
    const seen = await withHost({ kind: "local" }, (host) => readProgramVersion(host, mysqld));
    if ("version" in seen) return { name: mysqld, version: seen.version, ...known };
    return { name: `${mysqld} (${seen.failure})`, version: undefined, ...known };
  }
  const tag = /:([^:/@]+)$/.exec(image ?? "")?.[1] ?? "";
  return { name: `image ${image ?? "(none)"}`, version: versionOfTag(tag), ...known };
}
