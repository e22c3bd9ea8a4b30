import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";
import { silent } from "@gtid-ferry/engine/operation";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startHaproxy, stopHaproxy } from "../../../lab/haproxy.js";
import { findFreePort, isRunning, readProcess } from "../../../lab/process/index.js";
import { makeTestDirectory, removeTestDirectory } from "../../../lab/testing.js";
import { ensureHaproxy } from "../../../toolchain/haproxy.js";

let directory: string;
let program: string;
let source: Server;
let backends: { source: number; target: number };

beforeAll(async () => {
  directory = await makeTestDirectory("haproxy");
  program = (await ensureHaproxy(silent)).haproxy;
  backends = { source: await findFreePort(), target: await findFreePort() };
  // HAProxy resets what its client has left.
  source = createServer((socket) => socket.on("error", () => undefined).end("source"));
  await once(source.listen(backends.source, "127.0.0.1"), "listening");
});
afterAll(async () => {
  await stopHaproxy(directory);
  source.close();
  await removeTestDirectory(directory);
});

async function whoAnswers(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const [answer] = await once(socket, "data");
  socket.destroy();
  return String(answer);
}

it("starts before the source, is found again by its directory, and stops", async () => {
  const { port } = await startHaproxy(program, { directory, backends });
  expect(await whoAnswers(port)).toBe("source");
  const first = readProcess(directory);
  expect((await startHaproxy(program, { directory, backends })).port).toBe(port);
  expect(readProcess(directory)).toEqual(first);

  const other = { ...backends, target: backends.target + 1 };
  await expect(startHaproxy(program, { directory, backends: other })).rejects.toThrow("it runs already");
  await expect(startHaproxy(program, { directory, port: port + 1, backends })).rejects.toThrow("it runs already");

  await stopHaproxy(directory);
  expect(first && isRunning(first)).toBe(false);
  await expect(whoAnswers(port)).rejects.toThrow("ECONNREFUSED");
  await stopHaproxy(directory);
});

it("refuses a port that somebody has", async () => {
  const taken = startHaproxy(program, { directory, port: backends.source, backends });
  await expect(taken).rejects.toThrow(/starting HAProxy failed on 127\.0\.0\.1:\d+\n.*another process listens/);
});

it("shows what HAProxy says when it cannot start", async () => {
  const broken = startHaproxy("/bin/false", { directory, backends });
  await expect(broken).rejects.toThrow(/starting HAProxy failed[\s\S]*it ended/);
  expect(readProcess(directory)).toBe(undefined);
});
