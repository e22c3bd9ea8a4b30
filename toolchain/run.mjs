// Runs a script of this project from any state of the checkout: `node toolchain/run.mjs SCRIPT [ARGUMENTS]`.
// Installs the packages and builds the engine first where that is due. Needs nothing but Node and npm.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { constants } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { withLock } from "./lock.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const progress = (line) => process.stderr.write(`${line}\n`);

async function main() {
  requireNode(20, 19);
  const [script, ...scriptArguments] = process.argv.slice(2);
  if (script === undefined) fail("usage: node toolchain/run.mjs SCRIPT [ARGUMENTS]");
  if (!packagesAreInstalled() || !engineIsBuilt())
    await withLock(join(root, ".ferry/locks/prepare"), progress, prepare);

  const loader = script.endsWith(".ts") ? ["--import", pathToFileURL(tsxLoader()).href] : [];
  // The AWS SDK tells of its plans for Node at every start otherwise.
  const env = { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true", ...process.env };
  const ended = await run(process.execPath, [...loader, resolve(script), ...scriptArguments], { env });
  if (ended.signal !== null) process.kill(process.pid, ended.signal);
  process.exitCode = ended.code ?? 128 + constants.signals[ended.signal];
}

function requireNode(major, minor) {
  const [ownMajor, ownMinor] = process.versions.node.split(".").map(Number);
  if (ownMajor > major || (ownMajor === major && ownMinor >= minor)) return;
  fail(`Node ${major}.${minor} or newer is needed, this is ${process.versions.node} (${process.execPath})`);
}

async function prepare() {
  // Looked at again: another process may have done it while this one waited for the lock.
  if (!packagesAreInstalled()) {
    await step("installing packages (npm ci)", "npm", ["ci", "--include=dev", "--loglevel=error"], {
      npm_config_update_notifier: "false",
      npm_config_progress: "false",
    });
  }
  if (!engineIsBuilt()) {
    const fingerprint = engineFingerprint();
    rmSync(join(root, stampPath), { force: true });
    const tsc = createRequire(join(root, "package.json")).resolve("typescript/bin/tsc");
    await step("building the engine", process.execPath, [tsc, "--build", join(root, "engine")], {});
    writeFileSync(join(root, stampPath), fingerprint);
  }
}

async function step(title, command, commandArguments, environment) {
  const start = Date.now();
  progress(`${title} ...`);
  const ended = await run(command, commandArguments, { cwd: root, env: { ...process.env, ...environment } });
  if (ended.code !== 0) fail(`${title} failed: ${command} ended with ${ended.signal ?? `exit code ${ended.code}`}`);
  progress(`${title}: done in ${((Date.now() - start) / 1000).toFixed(1)} s`);
}

/** npm keeps in node_modules a copy of the lockfile as it was installed, written last. */
function packagesAreInstalled() {
  const installed = readJson("node_modules/.package-lock.json")?.packages;
  if (installed === undefined) return false;
  return Object.entries(readJson("package-lock.json").packages).every(([path, wanted]) => {
    if (path === "") return true;
    const found = installed[path];
    if (found === undefined) return wanted.optional === true || wanted.peer === true;
    return found.version === wanted.version && found.integrity === wanted.integrity;
  });
}

const stampPath = "engine/dist/.sources";

function engineIsBuilt() {
  return readText(stampPath) === engineFingerprint();
}

function engineFingerprint() {
  const hash = createHash("sha256");
  for (const path of ["tsconfig.json", "node_modules/typescript/package.json", ...engineSources("engine")]) {
    const { size, mtimeMs } = statSync(join(root, path), { throwIfNoEntry: false }) ?? {};
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

function engineSources(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return ["dist", "node_modules"].includes(entry.name) ? [] : engineSources(path);
    return /\.(ts|json)$/.test(entry.name) ? [path] : [];
  });
}

function tsxLoader() {
  return createRequire(join(root, "package.json")).resolve("tsx");
}

function readJson(path) {
  const text = readText(path);
  return text === undefined ? undefined : JSON.parse(text);
}

function readText(path) {
  try {
    return readFileSync(join(root, path), "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Waits for a child that has this process's terminal; a signal to this process alone is passed on to it. */
function run(command, commandArguments, options) {
  return new Promise((settle, reject) => {
    const child = spawn(command, commandArguments, { stdio: "inherit", ...options });
    const handlers = ["SIGINT", "SIGTERM", "SIGHUP"].map((signal) => {
      // Ctrl-C reaches the child from the terminal already; passing it on would look like a second one.
      const handler = () => (signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal));
      process.on(signal, handler);
      return () => process.off(signal, handler);
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      for (const remove of handlers) remove();
      settle({ code, signal });
    });
  });
}

class UserError extends Error {}

function fail(message) {
  throw new UserError(message);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  progress(error.message);
  process.exitCode = 1;
}
