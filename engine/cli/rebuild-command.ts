import { Command } from "commander";
import { type Host, withHost } from "../hosts/index.js";
import { ensureRebuilt, planRebuild } from "../local-server/index.js";
import { EXIT_CODE } from "./exit-code.js";
import { readPrivateText } from "./private-json.js";
import { parseRebuildRequest, type RebuildRequest } from "./rebuild-request.js";
import { toStandardError } from "./to-standard-error.js";

interface RebuildCommandOptions {
  readonly request: string;
  readonly always?: true;
  readonly plan?: true;
  readonly json?: true;
}

const HELP = `
Takes everything from the stack output rebuild, a secret:
  pulumi stack output rebuild --show-secrets --json | npm run -s ferry -- rebuild --request - --plan

The target is restored from the newest backup that reaches far enough, else from a new one. Its old data stay beside the new
ones until a later run finds that those have caught up, and come back if the restore fails. Afterwards \`pulumi up\` starts the
channel. With gtid-ferry:rebuildOnPurged \`pulumi up\` does all of this by itself.

Exit code:
  0  rebuilt, or nothing to do
  1  with --plan: a rebuild is needed
  2  wrong usage, or a server, the host or the storage could not be used`;

export function rebuildCommand(): Command {
  return new Command("rebuild")
    .description("restore the target again when its source has purged binary logs that it needs")
    .requiredOption("--request <file>", "the stack output rebuild (JSON, mode 600), - for standard input")
    .option("--always", "restore it although nothing was purged, e.g. to be rid of errant transactions")
    .option("--plan", "say what is missing and what would be done, and do nothing")
    .option("--json", "print a JSON object at the end; progress goes to standard error")
    .addHelpText("after", HELP)
    .action(rebuild);
}

async function rebuild(options: RebuildCommandOptions): Promise<void> {
  const request = parseRebuildRequest(await readPrivateText(options.request, "rebuild"));
  await withHost(request.host, (host) => rebuildOn(host, request, options));
}

async function rebuildOn(host: Host, request: RebuildRequest, options: RebuildCommandOptions): Promise<void> {
  const { server } = request;
  const how = { ...request.rebuild, always: options.always === true };
  const plan = await planRebuild(host, server, how);
  if (options.plan === true) {
    const text = plan.length === 0 ? "nothing to do: the target lacks nothing that was purged" : plan.join("\n");
    console.log(options.json === true ? JSON.stringify({ plan }, undefined, 2) : text);
    process.exitCode = plan.length === 0 ? EXIT_CODE.fine : EXIT_CODE.blockers;
    return;
  }
  const rebuilt = await ensureRebuilt(host, server, how, undefined, toStandardError);
  const { serverUuid, version, restoreSeconds } = rebuilt.server;
  const result = { rebuilt: plan.length > 0, manifestKey: rebuilt.manifestKey, serverUuid, version, restoreSeconds };
  const text =
    plan.length === 0 ? "nothing to do" : `restored from ${rebuilt.manifestKey}; \`pulumi up\` starts the channel`;
  console.log(options.json === true ? JSON.stringify(result, undefined, 2) : text);
}
