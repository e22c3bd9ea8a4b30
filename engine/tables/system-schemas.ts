/** Schemas of MySQL itself: each server has its own. */
export const SYSTEM_SCHEMAS = ["mysql", "sys", "information_schema", "performance_schema"];
