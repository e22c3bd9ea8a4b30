import { describe, expect, it } from "vitest";
import { receiverJudge } from "../../../../engine/failover/gather.js";
import { channelTo } from "../topology/observed.js";

const REFUSED = { receiverError: { number: 2003, message: "error connecting to source" } };
const connecting = channelTo(0, { receiver: "CONNECTING", ...REFUSED });

describe("receiverJudge", () => {
  it("gives up a receiver that has given up, or that fails for long", () => {
    let milliseconds = 0;
    const isHopeless = receiverJudge(() => milliseconds);
    expect(isHopeless(connecting)).toBe(false);
    milliseconds = 10_000;
    expect(isHopeless(connecting)).toBe(false);
    milliseconds = 10_001;
    expect(isHopeless(connecting)).toBe(true);
    expect(isHopeless(channelTo(0, { receiver: "OFF" }))).toBe(true);
  });

  it("begins anew when it has been connected meanwhile", () => {
    let milliseconds = 0;
    const isHopeless = receiverJudge(() => milliseconds);
    expect(isHopeless(connecting)).toBe(false);
    milliseconds = 9_000;
    expect(isHopeless(channelTo(0, REFUSED))).toBe(false);
    milliseconds = 11_000;
    expect(isHopeless(connecting)).toBe(false);
  });
});
