import type { Host } from "../hosts/index.js";
import { MysqlServer, readServerFacts } from "../mysql/index.js";
import type { LocalServerRequest, LocalServerResult } from "./request.js";

/** Process and identity as they are now; undefined when the data is gone. Writes nothing. */
export async function readLocalServer(
  host: Host,
  request: LocalServerRequest,
  known: LocalServerResult,
): Promise<LocalServerResult | undefined> {
  const { exitCode } = await host.run({ argv: ["test", "-d", known.dataDirectory], timeoutSeconds: 30 });
  if (exitCode !== 0) return undefined;
  if (!(await host.isRunning(known.process))) return { ...known, running: false };
  const facts = await MysqlServer.with(request.target, "target", readServerFacts);
  return { ...known, serverUuid: facts.serverUuid, version: facts.version.text, running: true };
}

export async function isLocalServerRunning(
  host: Host,
  { process }: Pick<LocalServerResult, "process">,
): Promise<boolean> {
  return host.isRunning(process);
}
