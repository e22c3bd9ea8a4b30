import { readdirSync, readFileSync } from "node:fs";

/** Peak resident memory in MiB by kind of process. */
export type PeakMemory = Readonly<Record<string, number>>;

/** What a process is for, by its command line; undefined for processes that are none of the migration's. */
export type KindOf = (commandLine: string) => string | undefined;

const INTERVAL_MILLISECONDS = 250;

/** Samples /proc until stopped; short-lived processes count by the kernel's own high-water mark. */
export class MemorySampler {
  private readonly peaks = new Map<string, number>();
  private readonly timer: NodeJS.Timeout;

  constructor(private readonly kindOf: KindOf) {
    this.timer = setInterval(() => this.sample(), INTERVAL_MILLISECONDS);
    this.timer.unref();
  }

  stop(): PeakMemory {
    clearInterval(this.timer);
    this.sample();
    return Object.fromEntries([...this.peaks].sort(([a], [b]) => a.localeCompare(b)));
  }

  private sample(): void {
    for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
      const kind = this.kindOf(readProcessFile(pid, "cmdline").replaceAll("\0", " "));
      const peak = /^VmHWM:\s+(\d+) kB$/m.exec(readProcessFile(pid, "status"))?.[1];
      if (kind === undefined || peak === undefined) continue;
      const mebibytes = Math.round(Number(peak) / 102.4) / 10;
      this.peaks.set(kind, Math.max(this.peaks.get(kind) ?? 0, mebibytes));
    }
  }
}

/** A process may end at any moment; then it has no file to read. */
function readProcessFile(pid: string, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ESRCH")) return "";
    throw error;
  }
}

/** Kinds of the processes of a migration on this machine. */
export function migrationKind(commandLine: string): string | undefined {
  if (/^\S*pulumi (up|preview|refresh|destroy)/.test(commandLine)) return "pulumi";
  if (commandLine.includes("@pulumi/pulumi/cmd/run")) return "node-program";
  if (commandLine.includes("@pulumi/pulumi/cmd/dynamic-provider")) return "node-provider";
  if (commandLine.includes("/lab/target/run/my.cnf")) return "mysqld-target";
  if (commandLine.includes("/lab/source/my.cnf")) return "mysqld-source";
  if (commandLine.includes("moto_server")) return "s3";
  if (/bin\/aws s3 cp /.test(commandLine)) return "aws";
  if (/^\S*zstd /.test(commandLine)) return "zstd";
  return undefined;
}
