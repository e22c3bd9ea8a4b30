import { checkOn, type Finding } from "../operation/index.js";
import { readGreeting } from "./greeting.js";
import { judgeConnection } from "./judge-connection.js";
import type { Look } from "./observation.js";
import type { AccessRequest } from "./request.js";

/** Errors with which a server refuses before any login. */
const TOO_MANY_CONNECTIONS = 1040;
const HOST_IS_BLOCKED = 1129;
const HOST_NOT_PRIVILEGED = 1130;

/** Whether the source's MySQL is what the pod finds at the source's address. */
export function judgeSource({ source, cluster }: AccessRequest, look: Look): Finding {
  const check = checkOn(`source ${source.host}:${source.port}`, "source-port", "MySQL greets the pod");
  const [connected, ...greeting] = look.output.split("\n");
  if (connected !== "connected") {
    return judgeConnection(check, look, {
      swallowed: `let the pods' network in: a rule for port ${source.port} in the source's security group, and routes through the peering in the route tables of both VPCs`,
      refused: `let mysqld listen on that address (bind_address, port), and check the name ${source.host} inside the cluster`,
    });
  }
  const seen = readGreeting(Buffer.from(greeting.join("").replaceAll(/[^0-9a-f]/g, ""), "hex"));
  if (seen.kind === "mysql") return check.ok(`MySQL ${seen.version} greets`);
  if (seen.kind === "other") {
    const said = seen.text === "" ? "says nothing" : `says "${seen.text}"`;
    const fix = `give MySQL's own host and port, as the pods reach them; the port of the X protocol or a proxy is no source`;
    return check.blocker(`something else listens there: it ${said}`, fix);
  }
  const refusal = `MySQL is there and refuses: ${seen.code} ${seen.message}`;
  switch (seen.code) {
    case HOST_NOT_PRIVILEGED:
      return check.blocker(
        refusal,
        `let accounts log in from the addresses of the pods of namespace ${cluster.namespace}: gtid-ferry:replicationHost has to match them`,
      );
    case HOST_IS_BLOCKED:
      return check.blocker(refusal, "TRUNCATE TABLE performance_schema.host_cache;");
    case TOO_MANY_CONNECTIONS:
      return check.warning(refusal, "raise max_connections: replication and this program need connections too");
    default:
      return check.blocker(refusal, "look into the source's error log");
  }
}
