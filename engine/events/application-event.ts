import { type Account, quoteAccount, quoteIdentifier, type Statement, statement } from "../mysql/index.js";

/** An event of the application, as one server has it. */
export interface ApplicationEvent {
  readonly schema: string;
  readonly name: string;
  readonly definer: Account;
  /** `ENABLED`, `DISABLED`, or `REPLICA_SIDE_DISABLED` (older servers: `SLAVESIDE_DISABLED`). */
  readonly status: string;
  /** The session's character set and collation when it was created: its statements are read by them. */
  readonly characterSetClient: string;
  readonly collationConnection: string;
  /** The schema's default collation when it was created, and now. */
  readonly databaseCollation: string;
  readonly schemaCollation: string;
  /** Whether it is to run once, that time is over, and it stays after it has run: nothing shows whether it did. */
  readonly mayHaveRun: boolean;
  /** Privileges that the administrator lacks on this server to enable it. */
  readonly lacks: readonly string[];
}

/** `schema.name`, for people. */
export function eventName({ schema, name }: Pick<ApplicationEvent, "schema" | "name">): string {
  return `${schema}.${name}`;
}

/** Whether MySQL has disabled it because its server replicated: it was enabled where it came from. */
export function isDisabledByReplication({ status }: Pick<ApplicationEvent, "status">): boolean {
  return status.endsWith("SIDE_DISABLED");
}

/** Those that MySQL disabled on `next` because it was a replica, and that are enabled on the server that they came from. */
export function eventsToEnable(
  next: readonly ApplicationEvent[],
  present: readonly ApplicationEvent[],
): ApplicationEvent[] {
  return next.filter(
    (event) =>
      isDisabledByReplication(event) &&
      present.some(
        ({ schema, name, status }) => schema === event.schema && name === event.name && status === "ENABLED",
      ),
  );
}

/** Its definer is named, or it would become whoever enables it. */
export function enableStatement({
  definer,
  schema,
  name,
}: Pick<ApplicationEvent, "definer" | "schema" | "name">): Statement {
  return statement(
    `ALTER DEFINER = ${quoteAccount(definer)} EVENT ${quoteIdentifier(schema)}.${quoteIdentifier(name)} ENABLE`,
  );
}
