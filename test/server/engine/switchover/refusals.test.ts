import { silent } from "@gtid-ferry/engine/operation";
import { switchover } from "@gtid-ferry/engine/switchover";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type SwitchoverPair, startSwitchoverPair } from "../../helpers/switchover-pair.js";

let pair: SwitchoverPair;

beforeAll(async () => {
  pair = await startSwitchoverPair("refusals");
});
afterAll(() => pair?.stop());

const request = () => pair.request("target", { quietTimeoutSeconds: 1 });

/** Everything that a switchover might change. */
async function picture() {
  const look = async (side: "source" | "target") => ({
    roles: await pair[side].rootQuery("SELECT @@read_only, @@super_read_only, @@event_scheduler"),
    persisted: await pair[side].rootQuery("SELECT * FROM performance_schema.persisted_variables"),
    schemas: await pair[side].rootQuery("SHOW SCHEMAS"),
    events: await pair[side].rootQuery("SELECT * FROM information_schema.EVENTS"),
    channels: await pair[side].rootQuery("SELECT * FROM performance_schema.replication_connection_configuration"),
  });
  return { source: await look("source"), target: await look("target") };
}

/** The message of the refusal; nothing may have changed meanwhile. */
async function refusal(): Promise<string> {
  const before = await picture();
  const message = await switchover(request(), [], silent).then(() => "it succeeded", String);
  expect(await picture()).toEqual(before);
  return message;
}

/** Changes accounts of one server only. */
async function onlyThere(side: "source" | "target", statement: string): Promise<void> {
  const open = side === "target" ? ["SET GLOBAL super_read_only = OFF"] : [];
  const close = side === "target" ? ["SET GLOBAL super_read_only = ON"] : [];
  await pair[side].rootQuery("SET sql_log_bin = 0", ...open, statement, ...close);
}

const PRIVILEGES: readonly (readonly ["source" | "target", string, string])[] = [
  ["source", "SYSTEM_VARIABLES_ADMIN", "*.*"],
  ["source", "CONNECTION_ADMIN", "*.*"],
  ["source", "REPLICATION_SLAVE_ADMIN", "*.*"],
  ["source", "PERSIST_RO_VARIABLES_ADMIN", "*.*"],
  ["source", "EVENT", "*.*"],
  ["source", "XA_RECOVER_ADMIN", "*.*"],
  ["source", "CREATE", "gtid_ferry.*"],
  ["source", "UPDATE", "gtid_ferry.*"],
  ["target", "SYSTEM_VARIABLES_ADMIN", "*.*"],
  ["target", "CONNECTION_ADMIN", "*.*"],
  ["target", "REPLICATION_SLAVE_ADMIN", "*.*"],
  ["target", "PERSIST_RO_VARIABLES_ADMIN", "*.*"],
  ["target", "INSERT", "gtid_ferry.*"],
];

describe("a switchover refuses before anything is changed", () => {
  it.each(PRIVILEGES)("an administrator on the %s without %s on %s, naming it", async (side, privilege, level) => {
    const account = `'${pair.source.options.user}'@'%'`;
    await onlyThere(side, `REVOKE ${privilege} ON ${level} FROM ${account}`);
    try {
      const message = await refusal();
      expect(message).toContain(privilege);
      expect(message).toContain(side);
    } finally {
      await onlyThere(side, `GRANT ${privilege} ON ${level} TO ${account}`);
    }
  });

  it("a primary that replicates from a third server, which may be writable", async () => {
    await pair.source.rootQuery(
      "CHANGE REPLICATION SOURCE TO SOURCE_HOST = '127.0.0.1', SOURCE_PORT = 1, SOURCE_AUTO_POSITION = 1 FOR CHANNEL 'third'",
    );
    expect(await refusal()).toMatch(/third/);
    await pair.source.rootQuery("RESET REPLICA ALL FOR CHANNEL 'third'");
  });

  it("a target that is not a replica", async () => {
    await pair.target.rootQuery("STOP REPLICA FOR CHANNEL 'gtid_ferry'", "RESET REPLICA ALL FOR CHANNEL 'gtid_ferry'");
    expect(await refusal()).toContain("it is not a replica");
  });

  it("a target that accepts writes", async () => {
    await pair.target.rootQuery("SET GLOBAL super_read_only = OFF", "SET GLOBAL read_only = OFF");
    expect(await refusal()).toContain("it accepts writes, as the primary does");
  });
});
