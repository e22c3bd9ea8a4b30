import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  gaveNoAnswer,
  judgeDeath,
  type ReceiverSigns,
  type ReplicaView,
  viewOf,
} from "../../../../engine/failover/confirm-dead.js";

const SIGNS: ReceiverSigns = { receiver: "ON", errno: 0, silentSeconds: 0.5, heartbeatSeconds: 1 };

describe("viewOf", () => {
  it.each<[string, Partial<ReceiverSigns>, number, ReplicaView]>([
    ["a heartbeat since the primary was found away", { silentSeconds: 0.5 }, 2, "hears"],
    ["the last sign at about the time when it was found away", { silentSeconds: 1.5 }, 2, "waits"],
    ["three heartbeats missed", { silentSeconds: 4.1 }, 4, "silent"],
    ["a long interval, not yet over", { silentSeconds: 10, heartbeatSeconds: 5 }, 10, "waits"],
    ["no heartbeats at all, which proves nothing", { silentSeconds: 100, heartbeatSeconds: 0 }, 100, "waits"],
    ["just connected", { silentSeconds: null }, 9, "waits"],
    ["connection refused", { receiver: "CONNECTING", errno: 2003 }, 2, "cannot connect"],
    ["trying, without a result", { receiver: "CONNECTING", errno: 0 }, 2, "waits"],
    ["refused by the server itself", { receiver: "CONNECTING", errno: 1045 }, 2, "hears"],
    ["too many connections", { receiver: "CONNECTING", errno: 1040 }, 2, "hears"],
    ["a stopped receiver", { receiver: "OFF", silentSeconds: 100 }, 2, "does not look"],
  ])("%s", (_name, signs, awaySeconds, view) => expect(viewOf({ ...SIGNS, ...signs }, awaySeconds)).toBe(view));
});

describe("gaveNoAnswer", () => {
  it.each([
    [{ code: "ECONNREFUSED", errno: -111 }, true],
    [{ code: "ETIMEDOUT" }, true],
    [{ code: "EHOSTUNREACH" }, true],
    [{ code: "PROTOCOL_CONNECTION_LOST" }, true],
    [undefined, true],
    [{ code: "ER_CON_COUNT_ERROR", errno: 1040 }, false],
    [{ code: "ER_ACCESS_DENIED_ERROR", errno: 1045 }, false],
    [{ code: "HANDSHAKE_SSL_ERROR" }, false],
  ])("%o: %s", (error, expected) => expect(gaveNoAnswer(error)).toBe(expected));
});

describe("judgeDeath", () => {
  const judge = (awaySeconds: number | undefined, ...views: ReplicaView[]) =>
    judgeDeath({ ...grounds(awaySeconds, views), isFenced: false });
  const judgeFenced = (awaySeconds: number | undefined, ...views: ReplicaView[]) =>
    judgeDeath({ ...grounds(awaySeconds, views), isFenced: true });
  const grounds = (awaySeconds: number | undefined, views: readonly ReplicaView[]) => ({
    awaySeconds,
    confirmSeconds: 3,
    views: views.map((view, index) => ({ name: `r${index}`, view })),
  });

  it("believes in death when nobody gets an answer for long enough", () => {
    expect(judge(3, "cannot connect", "silent", "does not look")).toEqual({ kind: "dead" });
    expect(judge(2.9, "cannot connect").kind).toBe("undecided");
  });

  it("takes a lost network of the operator for what it is", () => {
    expect(judge(60, "cannot connect", "hears")).toEqual({ kind: "alive", why: "r1 still hears from it" });
  });

  it("needs one replica that looks, or somebody's word that it cannot come back", () => {
    expect(judge(60)).toMatchObject({ kind: "undecided", why: expect.stringMatching(/no replica.*--fenced$/) });
    expect(judge(60, "does not look").kind).toBe("undecided");
    expect(judgeFenced(3)).toEqual({ kind: "dead" });
    expect(judgeFenced(3, "does not look")).toEqual({ kind: "dead" });
    expect(judgeFenced(2.9).kind).toBe("undecided");
  });

  it("takes nobody's word against an answer", () => {
    expect(judgeFenced(undefined).kind).toBe("alive");
    expect(judgeFenced(60, "hears").kind).toBe("alive");
    expect(judgeFenced(60, "waits").kind).toBe("undecided");
  });

  it("never declares dead what anybody hears, or what might still be heard", () => {
    const views = fc.array(fc.constantFrom<ReplicaView>("hears", "waits", "silent", "cannot connect", "does not look"));
    fc.assert(
      fc.property(fc.option(fc.float({ min: 0, max: 100, noNaN: true }), { nil: undefined }), views, (away, seen) => {
        if (judge(away, ...seen).kind !== "dead") return;
        expect(away).toBeGreaterThanOrEqual(3);
        expect(seen.filter((view) => view === "hears" || view === "waits")).toEqual([]);
        expect(seen.some((view) => view === "silent" || view === "cannot connect")).toBe(true);
      }),
    );
  });
});
