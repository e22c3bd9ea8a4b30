import { MysqlServer, readServerFacts } from "../mysql/index.js";
import { FerryError, messageOf, type Progress } from "../operation/index.js";
import type { PodServerRequest, PodServerResult } from "./ensure-pod-server.js";
import { Pods } from "./pods.js";

/** Identity as it is now; undefined when the StatefulSet is gone. Writes nothing. */
export async function readPodServer(
  request: PodServerRequest,
  known: PodServerResult,
  progress: Progress,
): Promise<PodServerResult | undefined> {
  // What no run has seen in order stays so for the next one to judge.
  if (known.serverUuid === "") return (await new Pods(request.place).exists()) ? known : undefined;
  try {
    const facts = await MysqlServer.with(request.target, "target", readServerFacts);
    return { ...known, serverUuid: facts.serverUuid, version: facts.version.text, running: true };
  } catch (error) {
    if (!(error instanceof FerryError)) throw error;
    if (!(await new Pods(request.place).exists())) return undefined;
    progress(`the target does not answer: ${messageOf(error)}`);
    return { ...known, running: false };
  }
}
