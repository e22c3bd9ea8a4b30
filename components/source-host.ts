import { createHash } from "node:crypto";
import { posix } from "node:path";
import { type Script, sourceScripts, XTRABACKUP_SERIES, type XtrabackupSeries } from "@gtid-ferry/engine/backup";
import type { HostOptions } from "@gtid-ferry/engine/hosts";
import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { ScriptFolder } from "../dynamic-providers/script-folder";
import { checkArguments } from "./check-arguments";
import { readyWith } from "./ready";
import { checkToolsScript, installToolsScript, type SourceTools } from "./source-tools";
import { sshConnection } from "./ssh-connection";

const series = Object.keys(XTRABACKUP_SERIES) as [XtrabackupSeries, ...XtrabackupSeries[]];
export const xtrabackupSeries = z.enum(series, { error: `wanted one of ${series.join(", ")}` });
const program = z.string().regex(/^[\w./+-]+$/, { error: "wanted a program's name or path, without blanks" });

const argsSchema = z
  .object({
    /** Absolute path on the host; the scripts come into a folder of this one, which is named by their version. */
    workDirectory: z.string().regex(/^(\/[\w.-]+)+$/, {
      error: "wanted an absolute path of letters, digits, dots, dashes, underscores and slashes",
    }),
    /** How the backup is made. */
    method: z.enum(["xtrabackup", "clone"]),
    /** Series of XtraBackup that the source's server needs: its own. */
    xtrabackupSeries: xtrabackupSeries.exactOptional(),
    /** Takes XtraBackup from an image, run by this program. */
    container: z.object({ program: program.default("docker") }).exactOptional(),
    /** Programs that are not on the PATH of the host. */
    tools: z
      .object({
        aws: program.default("aws"),
        mysql: program.default("mysql"),
        tar: program.default("tar"),
        xtrabackup: program.default("xtrabackup"),
        zstd: program.default("zstd"),
      })
      .prefault({}),
    /** Whether missing tools are installed, with the host's package manager and as root; else they are only checked. */
    installTools: z.boolean().default(false),
  })
  .superRefine(({ method, xtrabackupSeries, container }, context) => {
    if (method === "clone" || xtrabackupSeries !== undefined || container !== undefined) return;
    const message = "wanted the series of the source's server for method xtrabackup, or a container";
    context.addIssue({ code: "custom", path: ["xtrabackupSeries"], message });
  });

type CheckedArgs = z.output<typeof argsSchema>;

export interface SourceHostArgs extends z.input<typeof argsSchema> {
  /** How the host is reached: by SSH, with its key in knownHosts. */
  readonly host: pulumi.Input<HostOptions>;
}

/**
 * The source's host as far as backups need it: the project's scripts, and the tools in the wanted versions. A changed
 * script or version is a change in a preview. The backups themselves are BackupRun's.
 */
export class SourceHost extends pulumi.ComponentResource {
  /** Folder with the scripts on the host, known once they and the tools are there. */
  readonly scriptDirectory: pulumi.Output<string>;
  /** Versions that the tools print, one in a line. */
  readonly toolVersions: pulumi.Output<string>;

  constructor(name: string, args: SourceHostArgs, opts?: pulumi.ComponentResourceOptions) {
    const what = `the source host ${name}`;
    const checked = checkArguments(what, argsSchema, args);
    super("gtid-ferry:index:SourceHost", name, {}, opts);
    const warn = (line: string) => void pulumi.log.warn(line, this);
    const connection = pulumi.secret(pulumi.output(args.host).apply((host) => sshConnection(what, host, warn)));
    const scripts = sourceScripts();
    const directory = scriptDirectory(checked.workDirectory, scripts);

    // Not a remote command with a `delete`: that one dials too, and a host that is gone would never let it go.
    const folder = new ScriptFolder(
      `${name}-scripts`,
      { host: pulumi.all([args.host, connection]).apply(([host]) => host), directory },
      { parent: this },
    );
    const copies = copyScripts(name, scripts, directory, connection, { parent: this, dependsOn: [folder] });
    const tools = declareTools(name, checked, connection, { parent: this });
    this.scriptDirectory = readyWith(directory, [folder, ...copies, tools]);
    this.toolVersions = tools.stdout;
    this.registerOutputs({ scriptDirectory: this.scriptDirectory, toolVersions: this.toolVersions });
  }
}

/** Named by what the scripts say, so that none is ever written over while a backup runs it. */
export function scriptDirectory(workDirectory: string, scripts: readonly Script[]): string {
  const hash = createHash("sha256");
  for (const { name, text } of scripts) hash.update(`${name}\0${text}\0`);
  return posix.join(workDirectory, `scripts-${hash.digest("hex").slice(0, 12)}`);
}

/** A server of SSH refuses the previous output in the environment. */
const QUIET = { addPreviousOutputInEnv: false };

type Connection = pulumi.Output<command.types.input.remote.ConnectionArgs>;

function copyScripts(
  name: string,
  scripts: readonly Script[],
  directory: string,
  connection: Connection,
  opts: pulumi.CustomResourceOptions,
): command.remote.CopyToRemote[] {
  // A host that is reached otherwise may be another one, and only triggers copy once more.
  const place = connection.apply(({ host, port, user }) => pulumi.interpolate`${user}@${host}:${port}`);
  return scripts.map(
    ({ name: file, text }) =>
      new command.remote.CopyToRemote(
        `${name}-${file}`,
        {
          connection,
          source: new pulumi.asset.StringAsset(text),
          remotePath: posix.join(directory, file),
          triggers: [place],
        },
        opts,
      ),
  );
}

function declareTools(
  name: string,
  checked: CheckedArgs,
  connection: Connection,
  opts: pulumi.CustomResourceOptions,
): command.remote.Command {
  const script = checked.installTools ? installToolsScript : checkToolsScript;
  // By standard input: an error quotes the command, and would quote all of the script.
  return new command.remote.Command(
    `${name}-tools`,
    { connection, create: "sh -s", stdin: script(neededTools(checked)), ...QUIET },
    opts,
  );
}

function neededTools({ method, xtrabackupSeries, container, tools }: CheckedArgs): SourceTools {
  const { aws, mysql, zstd, tar, xtrabackup } = tools;
  const common = { aws, mysql, zstd };
  if (method === "clone") return { ...common, tar };
  if (container !== undefined) return { ...common, container: container.program };
  if (xtrabackupSeries === undefined) throw new Error("xtrabackup without a series");
  return { ...common, xtrabackup: { program: xtrabackup, series: xtrabackupSeries } };
}
