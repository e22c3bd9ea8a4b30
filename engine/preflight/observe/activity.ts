import { z } from "zod";
import { askForTransactions, type MysqlServer } from "../../mysql/index.js";
import type { Listing, Seen } from "../listing.js";
import type { LongTransaction, Obstruction, SessionVariable } from "../observation.js";
import { listing, look, SELECT, TOTAL } from "./bounded.js";

/** From this age on an open transaction is worth a word: steps of the preparation wait for its end. */
const LONG_TRANSACTION_SECONDS = 30;

/** Sessions differ in these only on purpose or because they are older than a change of the global value. */
const WANTED_SESSION_VALUES = { binlog_format: "ROW", binlog_row_image: "FULL" } as const;

const DDL_STATEMENTS = [
  "alter_table",
  "create_table",
  "create_index",
  "drop_table",
  "drop_index",
  "drop_db",
  "rename_table",
  "truncate",
  "optimize",
  "repair",
  "alter_tablespace",
] as const;

const total = z.coerce.number();
const xaRow = z.object({ formatID: z.coerce.number(), data: z.string() });
const transactionRow = z.object({ total, sessionId: z.coerce.number(), ageSeconds: z.coerce.number() });
const obstructionRow = z.object({ total, sessionId: z.coerce.number(), what: z.string() });
const sessionRow = z.object({ total, sessionId: z.coerce.number(), name: z.string(), value: z.string() });

/** Names as XA COMMIT takes them would need gtrid and bqual apart; for people the hexadecimal data is enough. */
export function observePreparedXa(server: MysqlServer): Promise<Seen<string[]>> {
  return look(async () => {
    const rows = await server.query("XA RECOVER CONVERT XID", [], xaRow);
    return rows.map(({ formatID, data }) => `${data} (format ${formatID})`);
  });
}

export function observeLongTransactions(server: MysqlServer): Promise<Seen<Listing<LongTransaction>>> {
  return askForTransactions((transactions) =>
    listing(
      server,
      `${SELECT} ${TOTAL}, trx_mysql_thread_id AS sessionId,
              TIMESTAMPDIFF(SECOND, trx_started, NOW()) AS ageSeconds
         FROM ${transactions} x
        WHERE trx_started < NOW() - INTERVAL ${LONG_TRANSACTION_SECONDS} SECOND
        ORDER BY trx_started`,
      [],
      transactionRow,
    ),
  );
}

export function observeObstructions(server: MysqlServer): Promise<Seen<Listing<Obstruction>>> {
  return listing(
    server,
    `${SELECT} ${TOTAL}, sessionId, what FROM (
       SELECT t.PROCESSLIST_ID AS sessionId, SUBSTRING_INDEX(s.EVENT_NAME, '/', -1) AS what
         FROM performance_schema.events_statements_current s JOIN performance_schema.threads t USING (THREAD_ID)
        WHERE s.END_EVENT_ID IS NULL AND s.EVENT_NAME IN (?) AND t.TYPE = 'FOREGROUND'
       UNION
       SELECT t.PROCESSLIST_ID, CASE l.OBJECT_TYPE
                WHEN 'GLOBAL' THEN 'FLUSH TABLES WITH READ LOCK'
                WHEN 'BACKUP LOCK' THEN 'LOCK INSTANCE FOR BACKUP'
                ELSE CONCAT('LOCK TABLES on ', l.OBJECT_SCHEMA, '.', l.OBJECT_NAME) END
         FROM performance_schema.metadata_locks l
         JOIN performance_schema.threads t ON t.THREAD_ID = l.OWNER_THREAD_ID
        WHERE l.LOCK_STATUS = 'GRANTED' AND t.TYPE = 'FOREGROUND' AND t.PROCESSLIST_ID IS NOT NULL
          AND ((l.OBJECT_TYPE IN ('GLOBAL', 'BACKUP LOCK') AND l.LOCK_TYPE = 'SHARED' AND l.LOCK_DURATION = 'EXPLICIT')
            OR (l.OBJECT_TYPE = 'TABLE' AND l.LOCK_TYPE IN ('SHARED_NO_READ_WRITE', 'SHARED_READ_ONLY')
                AND l.OBJECT_SCHEMA NOT IN ('performance_schema')))
     ) obstructions`,
    [DDL_STATEMENTS.map((name) => `statement/sql/${name}`)],
    obstructionRow,
  );
}

export function observeDeviatingSessions(server: MysqlServer): Promise<Seen<Listing<SessionVariable>>> {
  const { binlog_format, binlog_row_image } = WANTED_SESSION_VALUES;
  return listing(
    server,
    `${SELECT} ${TOTAL}, t.PROCESSLIST_ID AS sessionId, v.VARIABLE_NAME AS name, v.VARIABLE_VALUE AS value
       FROM performance_schema.variables_by_thread v JOIN performance_schema.threads t USING (THREAD_ID)
      WHERE t.TYPE = 'FOREGROUND' AND t.PROCESSLIST_ID <> CONNECTION_ID() AND ((v.VARIABLE_NAME = 'binlog_format' AND v.VARIABLE_VALUE <> ?)
         OR (v.VARIABLE_NAME = 'binlog_row_image' AND v.VARIABLE_VALUE <> ?))`,
    [binlog_format, binlog_row_image],
    sessionRow,
  );
}
