import { Command } from "commander";
import { checkAccess } from "../access/index.js";
import { formatFindings } from "../operation/index.js";
import { parseAccessRequest } from "./access-request.js";
import { exitCodeFor } from "./preflight-command.js";
import { readPrivateText } from "./private-json.js";
import { toStandardError } from "./to-standard-error.js";

interface AccessCommandOptions {
  readonly request: string;
  readonly json?: true;
}

const HELP = `
Takes everything from the stack output access, a secret:
  pulumi stack output access --show-secrets --json | npm run -s ferry -- access --request -

A pod with the target's service account, image and labels lists the bucket, reads a test object, and awaits the source's
greeting; a token of that service account logs in to Vault and reads the secret. The pod is removed afterwards, and so is
the service account where the release has not made it yet.

Exit code:
  0  no blocker
  1  at least one blocker
  2  wrong usage, or the cluster could not be asked`;

export function accessCommand(): Command {
  return new Command("access")
    .description("look from inside the cluster whether the target will get at bucket, source and Vault")
    .requiredOption("--request <file>", "the stack output access (JSON, mode 600), - for standard input")
    .option("--json", "print the findings as a JSON array; progress goes to standard error")
    .addHelpText("after", HELP)
    .action(async (options: AccessCommandOptions) => {
      const request = parseAccessRequest(await readPrivateText(options.request, "access"));
      const findings = await checkAccess(request, toStandardError);
      console.log(options.json === true ? JSON.stringify(findings, undefined, 2) : formatFindings(findings));
      process.exitCode = exitCodeFor(findings);
    });
}
