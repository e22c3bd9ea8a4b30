import { expect, it } from "vitest";
import { type ServerSessions, tryFence } from "../../../../engine/fence/index.js";

/** The server's own bound, and the time that it has to say so, are over at once. */
const OVER_SECONDS = -2;

it("gives the error of a watcher that cannot end the attempt to the caller, and to nobody else", async () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => unhandled.push(reason);
  process.on("unhandledRejection", note);
  try {
    const main = {
      connectionId: 1,
      batch: () => new Promise((_, reject) => setTimeout(() => reject(new Error("connection lost")), 50)),
    };
    const watcher = { execute: async () => Promise.reject(new Error("the watcher is lost too")) };
    const sessions = { name: "source", main, watcher } as unknown as ServerSessions;
    await expect(tryFence(sessions, OVER_SECONDS, 2)).rejects.toThrow("the watcher is lost too");
    expect(unhandled).toEqual([]);
  } finally {
    process.off("unhandledRejection", note);
  }
});
