import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openRoute, routeOptions, type TrafficRoute } from "../../../../engine/traffic/index.js";
import { identify, isRunning } from "../../../../lab/process/index.js";

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "gtid-ferry-command-"));
});
afterEach(() => rm(directory, { recursive: true }));

/** A user's program that keeps where it leads in a file; `special` runs first. */
async function open(special = "", changes: Record<string, unknown> = {}): Promise<TrafficRoute> {
  const program = join(directory, "switch.sh");
  await writeFile(
    program,
    `${special}
cd "${directory}"
echo "$GTID_FERRY_ACTION $GTID_FERRY_SIDE" >>calls
case $GTID_FERRY_ACTION in
  observe) cat state ;;
  lead) echo "$GTID_FERRY_SIDE" >state ;;
esac
`,
  );
  await writeFile(join(directory, "state"), "source\n");
  return openRoute(
    routeOptions.parse({ kind: "command", name: "switch", argv: ["bash", program], ...changes }),
    silent,
  );
}

const calls = async () => (await readFile(join(directory, "calls"), "utf8")).split("\n").slice(0, -1);

describe("a route by a user's own program", () => {
  it("is asked and told by its environment", async () => {
    const route = await open();
    expect(await route.observe()).toBe("source");
    await route.hold();
    await route.cut("source");
    await route.lead("target");
    expect(await route.observe()).toBe("target");
    expect(await calls()).toEqual(["observe ", "lead target", "observe ", "observe "]);
  });

  it("holds and cuts where the program can", async () => {
    const route = await open("", { actions: ["hold", "cut"] });
    await route.hold();
    await route.cut("source");
    expect(await calls()).toEqual(["hold ", "cut source"]);
  });

  it("leads to other members by their names", async () => {
    const route = await open("", { members: ["replica2"], actions: ["cut"] });
    expect(route.endpoints).toEqual(["source", "target", "replica2"]);
    await route.lead("replica2");
    expect(await route.observe()).toBe("replica2");
    expect(route.describe("replica2").map((line) => line.split(" with ")[1])).toEqual([
      "GTID_FERRY_ACTION=cut GTID_FERRY_SIDE=source",
      "GTID_FERRY_ACTION=cut GTID_FERRY_SIDE=target",
      "GTID_FERRY_ACTION=lead GTID_FERRY_SIDE=replica2",
    ]);
  });

  it("refuses a member that is called like a state", () => {
    const options = { kind: "command", name: "switch", argv: ["true"], members: ["held"] };
    expect(routeOptions.safeParse(options).error?.issues[0]?.message).toContain("another name than held");
  });

  it("shows what the program said when it fails", async () => {
    await expect((await open("echo 'no such record' >&2; exit 3")).observe()).rejects.toThrow(
      /exit code 3: no such record/,
    );
  });

  it("does not believe a word that it does not know", async () => {
    await expect((await open("echo primary; exit 0")).observe()).rejects.toThrow(/it printed "primary"/);
  });

  it("sees when the program said that all went well, and it did not", async () => {
    const route = await open('[ "$GTID_FERRY_ACTION" = lead ] && exit 0');
    await expect(route.lead("target")).rejects.toThrow(/afterwards it says source/);
  });

  it("kills a program that hangs, with what it has started", async () => {
    const route = await open(`sleep 60 & echo $! >${directory}/pid; wait`, { timeoutSeconds: 0.3 });
    await expect(route.observe()).rejects.toThrow(/observe by bash failed on command switch\n.* no end after 0\.3 s/);
    const started = identify(Number(await readFile(join(directory, "pid"), "utf8")));
    await expect.poll(() => isRunning(started)).toBe(false);
  });

  it("waits for nobody whom the program left running with its output open", async () => {
    const route = await open("setsid sleep 3 &", { timeoutSeconds: 0.3 });
    await expect(route.observe()).rejects.toThrow(/command switch\n.* no end after 0\.3 s/);
  });

  it("says when there is no such program", async () => {
    const options = { kind: "command", name: "switch", argv: ["/nonexistent/switch"] };
    await expect(openRoute(routeOptions.parse(options), silent).observe()).rejects.toThrow(
      /exit code 127: .*nonexistent/,
    );
  });
});
