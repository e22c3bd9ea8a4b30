import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { runTool, throttled } from "./command.js";
import { findProgram } from "./find-program.js";
import { withLock } from "./lock.mjs";
import { paths } from "./paths.js";
import { type Stamp, stampOf } from "./stamp.js";

/** Programs of one Go module, built together so that what they share is compiled once. */
export interface GoBuild {
  /** What users know it by, e.g. "Kubernetes". */
  readonly title: string;
  /** The folder of toolchain/ that has the go.mod, the go.sum and Go files of its own, e.g. "kubernetes". */
  readonly module: string;
  /** Import paths of main packages; the last part of each is the program's name. */
  readonly packages: readonly [string, ...string[]];
  readonly binDirectory: string;
  /** Values of string variables by import path and name, given at link time. */
  readonly variables?: Readonly<Record<string, string>>;
  /** What else gets the user such programs, e.g. "install Helm". */
  readonly otherWay: string;
}

/** Builds the programs unless they are there as the pinned modules give them. */
export function ensureGoPrograms(build: GoBuild, progress: Progress): Promise<void> {
  return withLock(join(paths.locks, build.module), progress, async () => {
    const texts = [...(await pinsOf(build)), JSON.stringify(build.packages), JSON.stringify(build.variables)];
    const stamp: Stamp = stampOf(join(build.binDirectory, `.${build.module}`), texts);
    const complete = programsOf(build).every((program) => existsSync(join(build.binDirectory, program)));
    if (complete && (await stamp.isCurrent())) return;
    await goBuild(build, progress);
    await stamp.write();
  });
}

/** The texts that a build's outcome hangs on. */
export async function pinsOf({ module }: Pick<GoBuild, "module">): Promise<string[]> {
  const directory = moduleDirectory(module);
  const sources = (await readdir(directory)).filter((name) => name.endsWith(".go")).sort();
  return await Promise.all(["go.mod", "go.sum", ...sources].map((name) => readFile(join(directory, name), "utf8")));
}

/** Needs Go, and what it downloads. Each program appears under its name only when complete. */
export async function goBuild(build: GoBuild, progress: Progress): Promise<void> {
  const { title, module, packages, binDirectory } = build;
  const go = findProgram("go") ?? findProgram("go", ["/usr/local/go/bin", "/usr/lib/go/bin"]);
  if (go === undefined) throw buildError(build, "no go on PATH or in /usr/local/go/bin");
  const start = Date.now();
  const seconds = () => Math.round((Date.now() - start) / 1000);
  const programs = programsOf(build).join(", ");
  const unfinished = join(binDirectory, `.unfinished-${module}`);
  await mkdir(unfinished, { recursive: true });
  progress(`${title}: building ${programs} from Go modules`);
  const heartbeat = setInterval(() => progress(`${title}: still building ${programs} (${seconds()} s)`), 15_000);
  const logPath = join(paths.logs, `${module}-build.log`);
  const built = await runTool([go, "build", ...flagsOf(build), "-o", `${unfinished}/`, ...packages], {
    timeoutSeconds: 1800,
    workingDirectory: moduleDirectory(module),
    environment: { CGO_ENABLED: "0", GOWORK: "off" },
    logPath,
    onLine: throttled((line) => progress(`${title}: ${line.replace(/^go: /, "")}`), 5),
  });
  clearInterval(heartbeat);
  if (built.exitCode !== 0) {
    const seen = [`${go} build: ${built.ended}`, ...built.lastLines.slice(-6), `log: ${logPath}`];
    throw buildError(build, seen.join("\n          "));
  }
  for (const program of programsOf(build)) await rename(join(unfinished, program), join(binDirectory, program));
  await rm(unfinished, { recursive: true });
  progress(`${title}: ${programs} built in ${seconds()} s`);
}

function programsOf({ packages }: GoBuild): string[] {
  return packages.map((path) => basename(path));
}

/** Without symbols and debug information, which nobody reads here, compiling and linking are quicker. */
function flagsOf({ variables = {} }: GoBuild): string[] {
  const values = Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`);
  return ["-mod=readonly", "-trimpath", "-gcflags=all=-dwarf=false", "-ldflags", ["-s -w", ...values].join(" ")];
}

function moduleDirectory(module: string): string {
  return join(paths.projectRoot, "toolchain", module);
}

function buildError({ packages, binDirectory, otherWay }: GoBuild, seen: string): FerryError {
  return new FerryError({
    failed: `building ${packages.map((path) => basename(path)).join(", ")}`,
    where: binDirectory,
    seen,
    wanted: "a build from the pinned Go modules",
    next: `${otherWay}, then run again`,
  });
}
