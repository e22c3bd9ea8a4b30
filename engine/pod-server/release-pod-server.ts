import { MysqlServer } from "../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import { readRole } from "../topology/index.js";
import type { PodServerRequest } from "./ensure-pod-server.js";
import { Pods } from "./pods.js";

/**
 * What precedes the removal of the chart's release: a target that is not the primary takes its volume with it. The
 * primary's is refused, unless the release itself stays (`keepsRelease`). Only the data know whether they are the
 * primary's, so a server that does not answer is an error.
 */
export async function releasePodServer(
  request: PodServerRequest,
  keepsRelease: boolean,
  progress: Progress,
): Promise<void> {
  const pods = new Pods(request.place);
  if (keepsRelease) {
    progress(`${pods.name}: it stays, with its volume and its Service`);
    return;
  }
  if (!(await pods.exists())) return;
  if (await isPrimary(request, pods)) {
    throw new FerryError({
      failed: "removing the target",
      where: pods.name,
      seen: "it is the primary by its own journal",
      wanted: "a target that is not the primary, or phase cutover or finalize, which keep it",
      next: "run `pulumi up` first: it completes or undoes the switchover that a run has left behind; nothing has been removed",
    });
  }
  progress(`${pods.name}: its volume goes with it`);
  await pods.releaseVolumes();
}

async function isPrimary({ target, place }: PodServerRequest, pods: Pods): Promise<boolean> {
  try {
    return await MysqlServer.with(target, "target", async (server) => {
      const { uuid, lastEntry } = await readRole(server, "target");
      return lastEntry?.primaryUuid === uuid;
    });
  } catch (error) {
    throw new FerryError(
      {
        failed: "asking the target whether it is the primary, before it is removed,",
        where: pods.name,
        seen: messageOf(error),
        wanted: "a server that answers",
        next: `let it start; if its data are of no use any more, remove StatefulSet ${place.namespace}/${place.statefulSet} yourself, then run again`,
      },
      { cause: error },
    );
  }
}
