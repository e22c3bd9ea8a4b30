import { formatBytes } from "../../operation/index.js";
import type { BackupRequest } from "../request.js";
import type { HostFacts, Program } from "./facts.js";
import { installCommands } from "./packages.js";
import { seriesFor, seriesOf, XTRABACKUP_SERIES, type XtrabackupSeries } from "./xtrabackup-series.js";

/** Everything that keeps a backup from being taken on a host; both empty when nothing does. */
export interface HostVerdict {
  readonly problems: readonly string[];
  /** What to do about them. */
  readonly advice: readonly string[];
}

type Needs = Pick<BackupRequest, "method" | "container" | "workDirectory" | "tools">;

/** For status, log and temporary files. */
const WORK_BYTES = 64 * 1024 * 1024;
const OLDEST_BASH = [4, 4] as const;

export function judgeHost(facts: HostFacts, needs: Needs): HostVerdict {
  const tools = judgePrograms(facts, needs);
  const xtrabackup = needs.method === "xtrabackup" ? judgeXtrabackup(facts, needs) : NOTHING;
  const install = installCommands(facts.packageManager, tools.missing, xtrabackup.install);
  const others = [judgeServer(facts), judgeWork(facts, needs), needs.method === "xtrabackup" ? judgeData(facts) : FINE];
  return {
    problems: [...tools.problems, ...xtrabackup.problems, ...others.flatMap(({ problems }) => problems)],
    advice: [...install, ...xtrabackup.advice, ...others.flatMap(({ advice }) => advice)],
  };
}

const FINE: HostVerdict = { problems: [], advice: [] };
const NOTHING = { ...FINE, install: undefined };

function judgePrograms({ programs, missingCoreutils }: HostFacts, { method, container, tools = {} }: Needs) {
  const needed: readonly Exclude<Program, "xtrabackup">[] = [
    "bash",
    "zstd",
    "aws",
    "mysql",
    ...(method === "clone" ? (["tar"] as const) : []),
    ...(method === "xtrabackup" && container !== undefined ? (["container"] as const) : []),
  ];
  const names = { bash: "bash", container: container?.program ?? "docker", ...withNames(tools) };
  const absent = needed.filter((program) => programs[program] === undefined);
  const isOldBash = programs.bash !== undefined && isOlder(programs.bash, OLDEST_BASH);
  return {
    missing: [
      ...absent,
      ...(isOldBash ? (["bash"] as const) : []),
      ...(missingCoreutils.length > 0 ? (["coreutils"] as const) : []),
    ],
    problems: [
      ...absent.map((program) => `the program ${names[program]} is not there`),
      ...(isOldBash ? [`bash is ${programs.bash}, and 4.4 is needed`] : []),
      ...(missingCoreutils.length > 0 ? [`of coreutils is not there: ${missingCoreutils.join(", ")}`] : []),
    ],
  };
}

function withNames({ aws = "aws", mysql = "mysql", tar = "tar", zstd = "zstd" }: NonNullable<BackupRequest["tools"]>) {
  return { aws, mysql, tar, zstd };
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [ownMajor = 0, ownMinor = 0] = version.split(".").map(Number);
  return ownMajor < major || (ownMajor === major && ownMinor < minor);
}

interface XtrabackupVerdict extends HostVerdict {
  readonly install: XtrabackupSeries | undefined;
}

function judgeXtrabackup(facts: HostFacts, { container, tools }: Needs): XtrabackupVerdict {
  const { serverVersion, programs, containerError } = facts;
  const series = serverVersion === undefined ? undefined : seriesFor(serverVersion);
  if (serverVersion !== undefined && series === undefined) {
    const problems = [`there is no XtraBackup for MySQL ${serverVersion}`];
    return { problems, advice: ["use the method clone"], install: undefined };
  }
  if (container !== undefined) {
    if (containerError === undefined) return NOTHING;
    const program = container.program ?? "docker";
    const problems = [`${program} cannot be used by ${facts.user}: ${containerError}`];
    return { problems, advice: [`start the daemon of ${program}, or let ${facts.user} use it`], install: undefined };
  }
  const text = programs.xtrabackup;
  if (text === undefined) {
    const problems = [`the program ${tools?.xtrabackup ?? "xtrabackup"} is not there`];
    return { problems, advice: [OTHER_WAYS], install: series };
  }
  const own = seriesOf(text);
  if (series === undefined || own === series) return NOTHING;
  return {
    problems: [
      `${own === undefined ? "xtrabackup of an unknown series" : `XtraBackup ${own}`} cannot copy MySQL ${serverVersion}`,
    ],
    advice: [OTHER_WAYS],
    install: series,
  };
}

const OTHER_WAYS = `or run XtraBackup from a container image (e.g. ${XTRABACKUP_SERIES["8.4"].image}), or use the method clone`;

function judgeServer({ serverError }: HostFacts): HostVerdict {
  if (serverError === undefined) return FINE;
  return {
    problems: [`the source cannot be read: ${serverError}`],
    advice: ["check that mysqld runs, and address or socket, user and password as the host needs them"],
  };
}

function judgeWork(facts: HostFacts, { workDirectory }: Needs): HostVerdict {
  const { isWorkWritable, workAvailableBytes, user } = facts;
  if (!isWorkWritable) {
    const problems = [`${user} cannot write into ${workDirectory}`];
    return { problems, advice: [`give another work directory, or let ${user} write there`] };
  }
  if (workAvailableBytes === undefined || workAvailableBytes >= WORK_BYTES) return FINE;
  const seen = `${formatBytes(workAvailableBytes)} free in ${workDirectory}, and ${formatBytes(WORK_BYTES)} are needed`;
  return { problems: [seen], advice: ["free some space, or give another work directory"] };
}

function judgeData(facts: HostFacts): HostVerdict {
  const { serverDirectories, isDataReadable, keyFile, isKeyFileReadable, user } = facts;
  const [dataDirectory] = serverDirectories;
  if (keyFile !== undefined && !isKeyFileReadable) {
    const advice = "log in as root or as the user of mysqld: XtraBackup opens the server's keyring itself";
    return { problems: [`${user} cannot read the key file ${keyFile}`], advice: [advice] };
  }
  if (dataDirectory === undefined || isDataReadable) return FINE;
  return {
    problems: [`${user} cannot read ${dataDirectory}`],
    advice: ["log in as root or as the user of mysqld, on the very host of the source"],
  };
}
