import { mkdir, readFile, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { FerryError, type Progress } from "@gtid-ferry/engine/operation";
import { runTool, type ToolRun, throttled } from "./command.js";
import { installDebianPackages } from "./debian-packages.js";
import { findProgram } from "./find-program.js";
import { withLock } from "./lock.mjs";
import { paths } from "./paths.js";
import { stampOf } from "./stamp.js";

/** Absolute paths of the programs that come from Python packages. */
export interface PythonTools {
  /** The AWS CLI. */
  readonly aws: string;
  /** The S3 server of the lab (moto). */
  readonly motoServer: string;
}

const requirements = join(paths.projectRoot, "toolchain", "requirements.txt");
const logPath = join(paths.logs, "python.log");

/** Installs `requirements.txt` into a virtual environment of the project's own. A FerryError when that fails. */
export function ensurePythonTools(progress: Progress): Promise<PythonTools> {
  return withLock(join(paths.locks, "python"), progress, async () => {
    const stamp = stampOf(join(paths.python, ".requirements"), [await readFile(requirements, "utf8")]);
    if (!(await stamp.isCurrent())) {
      const start = Date.now();
      await makeVirtualEnvironment(progress);
      await installRequirements(progress);
      await stamp.write();
      progress(`Python: installed in ${Math.round((Date.now() - start) / 1000)} s`);
    }
    return { aws: await link("aws"), motoServer: await link("moto_server") };
  });
}

// Only these two go on PATH: the virtual environment's own folder would hide the user's python3 and pip.
async function link(name: string): Promise<string> {
  const path = join(paths.bin, name);
  await mkdir(paths.bin, { recursive: true });
  await rm(path, { force: true });
  await symlink(join(paths.python, "bin", name), path);
  return path;
}

async function makeVirtualEnvironment(progress: Progress): Promise<void> {
  progress(`Python: making a virtual environment in ${paths.python}`);
  const python = findProgram("python3");
  const first = python === undefined ? undefined : await venv(python);
  if (first?.exitCode === 0) return;
  // Debian keeps the module's other half in a package of its own.
  await installDebianPackages(["python3", "python3-venv"], logPath, progress);
  const second = await venv("/usr/bin/python3");
  if (second.exitCode !== 0) throw failure("making a Python virtual environment", second);
}

function venv(python: string): Promise<ToolRun> {
  return runTool([python, "-m", "venv", "--clear", paths.python], { timeoutSeconds: 120, logPath });
}

async function installRequirements(progress: Progress): Promise<void> {
  progress("Python: installing the AWS CLI and moto (pip)");
  const pip = [join(paths.python, "bin", "python3"), "-m", "pip", "--disable-pip-version-check", "--no-input"] as const;
  const installed = await runTool([...pip, "install", "--progress-bar", "off", "--requirement", requirements], {
    timeoutSeconds: 900,
    logPath,
    onLine: throttled((line) => progress(`Python: ${line.trim().replace(/ \(?from .*$/, "")}`), 5),
  });
  if (installed.exitCode !== 0) throw failure("installing the AWS CLI and moto", installed);
}

function failure(failed: string, run: ToolRun): FerryError {
  return new FerryError({
    failed,
    where: paths.python,
    seen: [run.ended, ...run.lastLines.slice(-6)].join("\n          "),
    wanted: "exit code 0",
    next: `read ${logPath}, correct what it names, run again`,
  });
}
