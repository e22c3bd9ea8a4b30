import { errnoOf } from "./connection-error.js";

const CANNOT_CONVERT_STRING = 3854;
const INNODB_TRX = "information_schema.INNODB_TRX";
const SEEN_BY_PERFORMANCE_SCHEMA = `(
  SELECT t.PROCESSLIST_ID AS trx_mysql_thread_id,
         NOW() - INTERVAL (e.TIMER_WAIT DIV 1000000000000) SECOND AS trx_started,
         EXISTS (SELECT 1 FROM performance_schema.events_statements_current s
                  WHERE s.THREAD_ID = e.THREAD_ID AND s.END_EVENT_ID IS NULL
                    AND s.EVENT_NAME <> 'statement/sql/select') AS trx_rows_modified,
         0 AS trx_rows_locked
    FROM performance_schema.events_transactions_current e JOIN performance_schema.threads t USING (THREAD_ID)
   WHERE e.STATE = 'ACTIVE' AND t.PROCESSLIST_ID IS NOT NULL)`;

/**
 * Asks for the transactions that are open: `ask` gets what stands behind FROM, with the columns trx_mysql_thread_id,
 * trx_started, trx_rows_modified and trx_rows_locked (the last two as a truth value). As long as a transaction runs a
 * statement with a character of four bytes, such as an emoji, INNODB_TRX refuses every question, whatever is asked for
 * (error 3854, under each SQL mode; measured on MySQL 9.7.4). Then performance_schema answers, which takes every statement
 * but a SELECT for one that modifies rows.
 */
export async function askForTransactions<T>(ask: (transactions: string) => Promise<T>): Promise<T> {
  try {
    return await ask(INNODB_TRX);
  } catch (error) {
    if (errnoOf(error) !== CANNOT_CONVERT_STRING) throw error;
    return ask(SEEN_BY_PERFORMANCE_SCHEMA);
  }
}
