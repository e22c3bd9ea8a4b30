import type { BinlogTransaction, Cell, RowChange } from "../binlog/index.js";
import {
  ERRANT_CLASSES,
  type ErrantClass,
  type ErrantReport,
  offeredRepairs,
  type RepairSituation,
} from "../errant/index.js";
import { GtidSet } from "../gtid/index.js";
import { showTable } from "../mysql/index.js";

const MEANING: Readonly<Record<ErrantClass, string>> = {
  harmless: "changed no data",
  equal: "changed rows of tables that are equal on the source",
  changed: "changed data, or may have",
  unknown: "its binary log is purged, so nobody can tell what it did",
};

/** The report for people: each transaction with what it did, then what can be done for each class. */
export function formatErrants(report: ErrantReport, situation: RepairSituation): string {
  const unfinished =
    report.unfinishedReset === ""
      ? []
      : [`a reset that takes out ${report.unfinishedReset} has not ended: ferry errants repair --method reset`];
  if (report.errant === "") return [...unfinished, "no errant transactions"].join("\n");
  const shown = report.transactions.flatMap(({ gtid, class: errantClass, transaction }) => [
    `${gtid}  ${errantClass}: ${MEANING[errantClass]}`,
    ...(transaction === undefined ? [] : describeTransaction(transaction).map((line) => `  ${line}`)),
  ]);
  const count = GtidSet.parse(report.errant).count();
  const hidden = count - BigInt(report.transactions.length);
  return [
    ...unfinished,
    ...shown,
    ...(hidden > 0n ? [`... and ${hidden} more`] : []),
    "",
    ...ERRANT_CLASSES.flatMap((errantClass) => describeClass(errantClass, report.classes[errantClass], situation)),
    `${count} errant transaction${count === 1n ? "" : "s"}: ${report.errant}`,
  ].join("\n");
}

function describeClass(errantClass: ErrantClass, gtids: string, situation: RepairSituation): string[] {
  if (gtids === "") return [];
  const offers = offeredRepairs(errantClass, situation).map(
    ({ method, isRecommended, needsConfirmation, consequence }) =>
      `  ${method}: ${[
        ...(isRecommended ? ["recommended"] : []),
        ...(needsConfirmation ? ["to be confirmed"] : []),
        consequence,
      ].join("; ")}`,
  );
  return [`${errantClass} (${GtidSet.parse(gtids).count()}), repairs:`, ...offers, ""];
}

function describeTransaction(transaction: BinlogTransaction): string[] {
  const { file, position, originServerId, committedAt, statements, statementCount, rows, rowCount } = transaction;
  const hiddenStatements = statementCount - statements.length;
  const hiddenRows = rowCount - rows.length;
  const isEmpty = statementCount === 0 && rowCount === 0;
  return [
    `${file}:${position}, by server_id ${originServerId}${committedAt === undefined ? "" : `, ${committedAt}`}`,
    ...(isEmpty ? ["empty"] : []),
    ...statements.flatMap((statement) => statement.split("\n")),
    ...(hiddenStatements > 0 ? [`... and ${hiddenStatements} more statements`] : []),
    ...rows.map(describeRow),
    ...(hiddenRows > 0 ? [`... and ${hiddenRows} more rows`] : []),
    ...(transaction.isFullyDecoded ? [] : ["(mysqlbinlog cannot print all of it)"]),
  ];
}

function describeRow({ kind, schema, table, before, after }: RowChange): string {
  const states = [before, after].flatMap((cells) => (cells === undefined ? [] : [describeCells(cells)]));
  return `${kind} ${showTable({ schema, table })}: ${states.join(" -> ")}`;
}

function describeCells(cells: readonly Cell[]): string {
  return `(${cells.map(({ column, value }) => `${column}=${value === null ? "NULL" : JSON.stringify(value)}`).join(", ")})`;
}
