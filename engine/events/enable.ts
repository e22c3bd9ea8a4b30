import { z } from "zod";
import { type MysqlServer, type Statement, showStatement, statement } from "../mysql/index.js";
import { type ApplicationEvent, enableStatement } from "./application-event.js";

type Session = Pick<ApplicationEvent, "characterSetClient" | "collationConnection">;

const sessionRow = z.object({ characterSetClient: z.string(), collationConnection: z.string() });

/** The statements that enable an event and leave all else of it as it is. */
function enableStatements(event: ApplicationEvent): readonly [Statement, Statement] {
  return [sessionAs(event), enableStatement(event)];
}

export function showEnabling(event: ApplicationEvent): string {
  return enableStatements(event).map(showStatement).join("; ");
}

/**
 * Enables an event with everything else as it is. ALTER EVENT stores the character set and the collation of the session that
 * it runs in, whatever it changes (measured on MySQL 9.7.4; SQL mode, time zone, schedule and comment stay), so the session
 * takes the event's for this one statement. They are set by themselves: the driver encodes what comes after as the server says.
 */
export async function enableEvent(server: MysqlServer, event: ApplicationEvent): Promise<void> {
  const before = await server.queryOne(
    "SELECT @@SESSION.character_set_client AS characterSetClient, @@SESSION.collation_connection AS collationConnection",
    [],
    sessionRow,
  );
  const [session, enable] = enableStatements(event);
  await server.run(session);
  try {
    await server.run(enable);
  } finally {
    await server.run(sessionAs(before));
  }
}

function sessionAs({ characterSetClient, collationConnection }: Session): Statement {
  return statement(
    "SET SESSION character_set_client = ?, collation_connection = ?",
    characterSetClient,
    collationConnection,
  );
}
