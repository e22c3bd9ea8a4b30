import { checkOn, type Finding } from "../../operation/index.js";
import type { PreflightContext, ServerObservation } from "../observation.js";

export function checkSourceIdentity({ label, facts }: ServerObservation, context: PreflightContext): Finding[] {
  const expected = context.expectedSourceUuid;
  if (expected === undefined) return [];
  const check = checkOn(label, "source-identity", `server_uuid ${expected}`);
  if (facts.serverUuid.toLowerCase() === expected.toLowerCase()) return [check.ok(facts.serverUuid)];
  return [
    check.blocker(facts.serverUuid, "this is another server: check the address, or give its server_uuid as expected"),
  ];
}

export function checkIdentities(source: ServerObservation, target: ServerObservation): Finding[] {
  const id = checkOn(target.label, "server-id-pair", "another server_id than the source's");
  const uuid = checkOn(target.label, "server-uuid-pair", "another server_uuid than the source's");
  return [
    source.facts.serverId === target.facts.serverId
      ? id.blocker(`both have server_id ${target.facts.serverId}`, "SET PERSIST server_id = <another number>; there")
      : id.ok(`${target.facts.serverId}, source ${source.facts.serverId}`),
    source.facts.serverUuid === target.facts.serverUuid
      ? uuid.blocker(
          `both have ${target.facts.serverUuid}`,
          "remove auto.cnf from the target's data directory, restart it",
        )
      : uuid.ok(target.facts.serverUuid),
  ];
}

export function checkConnectionPair(source: ServerObservation, target: ServerObservation): Finding {
  const wanted = Number(source.variables.get("max_connections"));
  const seen = Number(target.variables.get("max_connections"));
  const check = checkOn(target.label, "max-connections", `max_connections of at least ${wanted}, as on the source`);
  return seen >= wanted ? check.ok(`${seen}`) : check.warning(`${seen}`, `SET PERSIST max_connections = ${wanted};`);
}
