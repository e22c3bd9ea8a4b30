import { describe, expect, it } from "vitest";
import { judge } from "../../../../engine/traffic/haproxy/judge.js";
import { parseStatistics } from "../../../../engine/traffic/haproxy/statistics.js";

const NAMES = { frontend: "fe", backend: "be", servers: { source: "s1", target: "s2" } };

interface Seen {
  readonly limit?: number;
  readonly s1?: string;
  readonly s2?: string;
  readonly more?: string;
}

/** The columns that matter, with values that HAProxy 3.2 has printed. */
function look({ limit = 77, s1 = "no check", s2 = "MAINT", more = "" }: Seen, names: typeof NAMES = NAMES) {
  const text = `# pxname,svname,slim,status,bck,type,
fe,FRONTEND,${limit},OPEN,,0,
be,s1,,${s1},0,2,
be,s2,,${s2},0,2,
${more}
be,BACKEND,8,UP,0,1,
`;
  return judge(parseStatistics(text), names);
}

describe("judge", () => {
  it.each<[string, Seen, string]>([
    ["the enabled source", {}, "source"],
    ["the enabled target", { s1: "MAINT", s2: "UP" }, "target"],
    ["a server that is enabled and down", { s1: "DOWN" }, "source"],
    ["a server that is drained", { s1: "DRAIN", s2: "no check" }, "target"],
    ["one that is disabled by way of another", { s1: "MAINT (via be/s2)", s2: "UP" }, "target"],
    ["both", { s2: "no check" }, "elsewhere"],
    ["neither", { s1: "DRAIN" }, "elsewhere"],
  ])("sees %s", (_name, seen, state) => expect(look(seen)).toEqual({ state, limit: 77 }));

  it("sees a hold, which hides the frontend's own limit", () => {
    expect(look({ limit: 0 })).toEqual({ state: "held", limit: undefined });
    expect(look({ limit: 0, s2: "UP" })).toEqual({ state: "held", limit: undefined });
  });

  it("refuses a third server that gets connections", () => {
    expect(look({ more: "be,s3,,UP,0,2," })).toEqual({
      unfit: "be/s3 gets connections too",
      wanted: "no server but s1 and s2",
    });
  });

  it("knows other members by their names", () => {
    const names = { ...NAMES, servers: { ...NAMES.servers, replica2: "s3" } };
    expect(look({ s1: "MAINT", more: "be,s3,,UP,0,2," }, names)).toEqual({ state: "replica2", limit: 77 });
    expect(look({ more: "be,s3,,UP,0,2," }, names)).toEqual({ state: "elsewhere", limit: 77 });
    expect(look({}, names)).toMatchObject({ wanted: "be/s3" });
  });

  it.each(["be,s3,,UP,1,2,", "be,s3,,MAINT,0,2,", "other,s3,,UP,0,2,"])("does not mind %s", (more) => {
    expect(look({ more })).toEqual({ state: "source", limit: 77 });
  });

  it.each([
    [{ ...NAMES, frontend: "nobody" }, "nobody/FRONTEND"],
    [{ ...NAMES, backend: "fe" }, "fe/s1"],
    [{ ...NAMES, servers: { source: "s1", target: "s9" } }, "be/s9"],
  ])("names what is missing", (names, wanted) => {
    const rows = parseStatistics("# pxname,svname,slim\nfe,FRONTEND,1\nbe,s1,\nbe,s2,\n");
    expect(judge(rows, names)).toEqual({ unfit: `no ${wanted}; there is fe/FRONTEND, be/s1, be/s2`, wanted });
  });

  it("names what is missing from an empty answer", () => {
    expect(judge([], NAMES)).toEqual({ unfit: "no fe/FRONTEND; there is nothing", wanted: "fe/FRONTEND" });
  });
});
