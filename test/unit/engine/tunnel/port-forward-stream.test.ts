import { EventEmitter } from "node:events";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { PortForwardStream } from "../../../../engine/tunnel/port-forward-stream.js";

class FakeSocket extends EventEmitter {
  isPaused = false;
  pings = 0;
  isTerminated = false;
  send = (_: Buffer, done: () => void) => done();
  close = () => undefined;
  pause = () => {
    this.isPaused = true;
  };
  resume = () => {
    this.isPaused = false;
  };
  ping = () => {
    this.pings += 1;
  };
  terminate = () => {
    this.isTerminated = true;
  };
}

let socket: FakeSocket;
let stream: PortForwardStream;
beforeEach(() => {
  vi.useFakeTimers();
  socket = new FakeSocket();
  stream = new PortForwardStream(socket, "pod shop/mysql-0:3306", "mysql-0");
});
afterEach(() => {
  stream.destroy();
  vi.useRealTimers();
});

it("takes an API server that answers no ping for gone", async () => {
  await vi.advanceTimersByTimeAsync(15_000);
  expect([socket.pings, stream.errored]).toEqual([3, null]);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(stream.errored?.message).toContain("the API server has not answered for 15 s");
  expect(socket.isTerminated).toBe(true);
});

it("hears an answer in pongs and in data", async () => {
  for (const event of ["pong", "message", "pong", "message"]) {
    await vi.advanceTimersByTimeAsync(15_000);
    socket.emit(event, Buffer.of(0, 0xea, 0x0c, 1));
  }
  expect([socket.pings > 10, stream.errored]).toEqual([true, null]);
});

it("expects no answer while it does not read itself", async () => {
  socket.pause();
  await vi.advanceTimersByTimeAsync(60_000);
  expect([socket.pings, stream.errored]).toEqual([0, null]);
});

it("leaves the port out that each channel begins with, however it is cut", async () => {
  const received: string[] = [];
  stream.on("data", (chunk: Buffer) => received.push(chunk.toString("latin1")));
  for (const message of ["\x00\xea", "\x01\xea\x0c", "\x00\x0chel", "\x00lo", "\x00"]) {
    socket.emit("message", Buffer.from(message, "latin1"));
  }
  await vi.advanceTimersByTimeAsync(0);
  expect(received.join("")).toBe("hello");
  expect(stream.errored).toBeNull();
});
