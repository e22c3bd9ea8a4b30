import type { ApplicationEvent } from "../../../../engine/events/index.js";

/** An enabled event of schema `app`, as MySQL 9.7 makes it by default. */
export function eventOf(name: string, changes: Partial<ApplicationEvent> = {}): ApplicationEvent {
  return {
    schema: "app",
    name,
    definer: { user: "u", host: "h" },
    status: "ENABLED",
    characterSetClient: "utf8mb4",
    collationConnection: "utf8mb4_0900_ai_ci",
    databaseCollation: "utf8mb4_0900_ai_ci",
    schemaCollation: "utf8mb4_0900_ai_ci",
    mayHaveRun: false,
    lacks: [],
    ...changes,
  };
}
