import { statement } from "../mysql/index.js";

/** Refuses every write, an administrator's too; read_only becomes 1 with it. */
export const FENCE = statement("SET GLOBAL super_read_only = 1");

/** In this order: read_only first would leave super_read_only as it is. */
export const UNFENCE = [statement("SET GLOBAL super_read_only = 0"), statement("SET GLOBAL read_only = 0")] as const;

/** A server that restarts comes up fenced. The running one stays as it is. */
export const PERSIST_FENCED = statement("SET PERSIST_ONLY super_read_only = 1, PERSIST_ONLY read_only = 1");

/** A server that restarts comes up writable; the running one becomes writable, too. */
export const PERSIST_WRITABLE = statement("SET PERSIST super_read_only = 0, PERSIST read_only = 0");
