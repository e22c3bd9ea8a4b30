import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/**
 * Runs `work` while holding the lock file; a lock whose process is gone is taken over.
 *
 * Plain JavaScript because run.mjs needs it before any package is installed.
 *
 * @param {string} path
 * @param {(line: string) => void} progress told once when another process holds the lock
 * @param {() => Promise<unknown>} work
 */
export async function withLock(path, progress, work) {
  await acquire(path, progress);
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

async function acquire(path, progress) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!tryCreate(path)) {
    const owner = readOwner(path);
    if (owner === undefined) continue;
    if (!isAlive(owner)) {
      removeStale(path);
      continue;
    }
    if (!told) progress(`waiting for process ${owner.split(" ")[0]}, which holds ${path}`);
    told = true;
    await sleep(200);
  }
}

// A hard link appears with its whole content and only if nothing is there, so nobody ever reads half an owner.
function tryCreate(path) {
  const own = `${path}.${process.pid}`;
  writeFileSync(own, identityOf(process.pid));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  } finally {
    rmSync(own);
  }
}

function readOwner(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (error.code === "ENOENT") return undefined;
    throw error;
  }
}

// Renamed before it is removed: of several processes that saw the stale lock only one succeeds, and if in between
// another one has taken it over, that one's lock is put back.
function removeStale(path) {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  if (isAlive(readFileSync(aside, "utf8"))) linkSync(aside, path);
  rmSync(aside);
}

function isAlive(owner) {
  return identityOf(Number(owner.split(" ")[0])) === owner;
}

// The start time tells a process from a later one with the same id.
function identityOf(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return `${pid} ${stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19]}`;
  } catch (error) {
    if (error.code === "ENOENT" || error.code === "ESRCH") return `${pid} gone`;
    throw error;
  }
}
