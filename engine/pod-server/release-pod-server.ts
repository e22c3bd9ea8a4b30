import { MysqlServer } from "../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { isPrimaryByItself, type JournalEntry, readWitness } from "../topology/index.js";
import type { PodServerRequest, PodServerResult } from "./ensure-pod-server.js";
import { claimName, Pods } from "./pods.js";

/**
 * What precedes the removal of the chart's release: a target that is not the primary takes its volume with it. The
 * primary's is refused, unless the release itself stays (`keepsRelease`). Only the data know whether they are the
 * primary's, so a server that does not answer is an error, unless it never did.
 */
export async function releasePodServer(
  request: PodServerRequest,
  known: Pick<PodServerResult, "serverUuid">,
  progress: Progress,
): Promise<void> {
  const pods = new Pods(request.place);
  if (request.keepsRelease) {
    progress(`${pods.name}: it stays, with its volume and its Service`);
    return;
  }
  if (!(await pods.exists())) return;
  const entry = await promotionOf(request, known, pods);
  if (entry !== undefined) throw primaryStays(pods.name, entry);
  progress(`${pods.name}: its volume goes with it`);
  await pods.releaseVolumes(progress);
}

/** The switchover that made the target the primary; undefined where it is not. */
async function promotionOf(
  { target, place }: PodServerRequest,
  known: Pick<PodServerResult, "serverUuid">,
  pods: Pods,
): Promise<JournalEntry | undefined> {
  try {
    return await MysqlServer.with(target, "target", async (server) => {
      const witness = await readWitness(server, "target");
      return isPrimaryByItself(witness) ? witness.lastEntry : undefined;
    });
  } catch (error) {
    // One that never answered never was the primary.
    if (known.serverUuid === "") return undefined;
    throw new FerryError(
      {
        failed: "asking the target whether it is the primary, before it is removed,",
        where: pods.name,
        seen: messageOf(error),
        wanted: "a server that answers",
        next: `let it start; if its data are of no use any more, remove StatefulSet ${place.namespace}/${place.statefulSet} and then its volume claim ${claimName(place)} yourself, as the next migration would take that claim's data for its own, and run again`,
      },
      { cause: error },
    );
  }
}

export function primaryStays(where: string, { isFinal }: Pick<JournalEntry, "isFinal">): FerryError {
  return new FerryError({
    failed: "removing the target",
    where,
    seen: "it is the primary by its own journal",
    wanted: "a target that is not the primary, or phase cutover or finalize, which keep it",
    next: isFinal
      ? "its migration is final: set gtid-ferry:phase to finalize, `pulumi up`, then `pulumi destroy`, which leaves it where it is; nothing has been removed"
      : "run `pulumi up` first: it completes or undoes the switchover that a run has left behind; nothing has been removed",
  });
}
