import { type Host, redact } from "../../hosts/index.js";
import { FerryError } from "../../operation/index.js";
import { backupJobDirectory, CONTAINER_TOOLS, secretsOf } from "../job-files.js";
import type { BackupRequest } from "../request.js";
import { installScript } from "../scripts.js";
import { containerTool } from "./container-tool.js";
import { type HostFacts, parseHostFacts } from "./facts.js";
import { judgeHost } from "./judge.js";
import { seriesFor, XTRABACKUP_SERIES } from "./xtrabackup-series.js";

const TIMEOUT_SECONDS = 120;

/**
 * Checks that the host has what the backup needs, and writes what stands in for the tool where that comes from a container
 * image. The job's files must be there. A FerryError names everything that is missing, and how to get it.
 */
export async function prepareHost(host: Host, request: BackupRequest): Promise<void> {
  const facts = await inspectHost(host, request);
  const { problems, advice } = judgeHost(facts, request);
  if (problems.length > 0) {
    throw new FerryError({
      failed: `preparing backup ${request.backupId} of ${request.database}`,
      where: host.name,
      seen: redact(problems.join("; "), secretsOf(request.storage, request.source.password)),
      wanted: `a host that can take a backup by ${request.method}`,
      next: advice.join("; "),
    });
  }
  if (request.method === "xtrabackup" && request.container !== undefined)
    await writeContainerTool(host, request, facts);
}

async function inspectHost(host: Host, request: BackupRequest): Promise<HostFacts> {
  const directory = backupJobDirectory(request);
  const script = await installScript(host, directory, "inspect-host.sh", request.scriptDirectory);
  const result = await host.run({ argv: ["sh", script, directory], timeoutSeconds: TIMEOUT_SECONDS });
  if (result.exitCode === 0) return parseHostFacts(result.stdout);
  throw new FerryError({
    failed: "inspecting the host",
    where: host.name,
    seen: `exit code ${result.exitCode}: ${result.stderr.trim().slice(-2000)}`,
    wanted: "exit code 0",
    next: `look into ${script} on the host`,
  });
}

async function writeContainerTool(host: Host, request: BackupRequest, facts: HostFacts): Promise<void> {
  const directory = backupJobDirectory(request);
  const series = seriesFor(facts.serverVersion ?? "");
  const image = request.container?.image ?? (series === undefined ? undefined : XTRABACKUP_SERIES[series].image);
  if (image === undefined) throw new Error(`no image for MySQL ${facts.serverVersion}`);
  const { run, stop } = containerTool(request, directory, image, facts.serverDirectories);
  await host.writeFile(`${directory}/${CONTAINER_TOOLS.run}`, run, 0o700);
  await host.writeFile(`${directory}/${CONTAINER_TOOLS.stop}`, stop, 0o700);
}
