import { FerryError } from "../operation/index.js";
import type { ReleaseRecord } from "./record.js";

const isPending = ({ status }: ReleaseRecord) => status.startsWith("pending-");

/**
 * The records to remove before Pulumi installs a release that its state does not have. Those of an installation that this
 * very stack began and that was killed before Pulumi had its answer: Helm refuses a name that has records, and takes over
 * the objects, which carry the release's name, once it has none. A release of anybody else is refused: it may be a
 * database that is in use.
 */
export function recordsBeforeInstall(where: string, owner: string, records: readonly ReleaseRecord[]): string[] {
  const foreign = records.filter((record) => record.owner !== owner);
  const [first] = foreign;
  if (first !== undefined) {
    throw new FerryError({
      failed: "installing the target's release",
      where,
      seen: `there is a release of that name, which this stack has not installed (revision ${first.revision}, ${first.status})`,
      wanted: "a name that is free, or a release that this stack has installed",
      next: "if it is a database that an earlier migration has left in use, choose another gtid-ferry:database or gtid-ferry:kubeNamespace; if nobody needs it, remove it with `helm uninstall` and its volume claims yourself, then run again",
    });
  }
  return records.map(({ secret }) => secret);
}

/**
 * The records to remove before Pulumi updates a release: the last one where a run was killed while Helm worked on it,
 * which locks the release ("another operation is in progress"). The revision before it stays, and Helm goes on from there.
 */
export function recordsBeforeUpdate(records: readonly ReleaseRecord[]): string[] {
  const [last, ...earlier] = [...records].sort((one, other) => other.revision - one.revision);
  if (last === undefined || !isPending(last) || earlier.length === 0) return [];
  return [last.secret];
}
