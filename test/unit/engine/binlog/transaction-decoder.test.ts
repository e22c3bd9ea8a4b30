import { Readable } from "node:stream";
import { expect, it } from "vitest";
import { decodeTransactions } from "../../../../engine/binlog/read-transactions.js";
import type { BinlogTransaction } from "../../../../engine/binlog/transaction.js";
import { GtidSet } from "../../../../engine/gtid/index.js";

const UUID = "4fb3348f-e580-11f1-8cfa-02fc00000001";

/** One event as mysqlbinlog prints it. */
const event = (at: number, header: string, ...lines: string[]) => [
  `# at ${at}`,
  `#261121  7:52:00 server id 7  end_log_pos ${at + 50} CRC32 0xacb4111c \t${header}`,
  ...lines,
];
const gtid = (at: number, name: string) =>
  event(
    at,
    "GTID\tlast_committed=0\tsequence_number=1\trbr_only=yes\toriginal_committed_timestamp=1795247520032157\timmediate_commit_timestamp=1795247520032157\ttransaction_length=183",
    "# original_commit_timestamp=1795247520032157 (2026-11-21 07:52:00.032157 UTC)",
    "/*!80014 SET @@session.original_server_version=90704*//*!*/;",
    `SET @@SESSION.GTID_NEXT= '${name}'/*!*/;`,
  );
const query = (at: number, ...text: string[]) =>
  event(
    at,
    "Query\tthread_id=10\texec_time=0\terror_code=0",
    "use `shop`/*!*/;",
    "SET TIMESTAMP=1795247520/*!*/;",
    ...text,
    "/*!*/;",
  );
const map = (at: number, ...columns: string[]) =>
  event(
    at,
    "Table_map: `shop`.`t` mapped to number 85",
    "# has_generated_invisible_primary_key=0",
    ...columns.map(
      (column, index) =>
        `${index === 0 ? "# Columns(" : "#         "}${column}${index === columns.length - 1 ? ")" : ","}`,
    ),
  );
const rows = (at: number, type: string, ...lines: string[]) =>
  event(at, `${type}: table id 85 flags: STMT_END_F USE_SQL_FOREIGN_KEY_F`, ...lines);
const xid = (at: number) => event(at, "Xid = 9", "COMMIT/*!*/;");

async function decode(
  lines: readonly string[],
  wanted = `${UUID}:1-100:tag:1-100`,
  limits?: Parameters<typeof decodeTransactions>[3],
): Promise<BinlogTransaction[]> {
  const bytes = Buffer.from(`${lines.join("\n")}\n`, "latin1");
  // In pieces, as a pipe gives them.
  const pieces = Array.from({ length: Math.ceil(bytes.length / 37) }, (_, index) =>
    bytes.subarray(index * 37, index * 37 + 37),
  );
  const decoded: BinlogTransaction[] = [];
  for await (const transaction of decodeTransactions(
    Readable.from(pieces),
    "binlog.000007",
    GtidSet.parse(wanted),
    limits,
  ))
    decoded.push(transaction);
  return decoded;
}

const insert = (id: string) => [
  "### INSERT INTO `shop`.`t`",
  "### SET",
  `###   @1=${id} /* INT meta=0 nullable=0 is_null=0 */`,
];

it("shows old and new values by column, and where and when it was", async () => {
  const [transaction] = await decode([
    ...gtid(158, `${UUID}:3`),
    ...query(235, "BEGIN"),
    ...map(300, "`id` INT NOT NULL", "`name` VARCHAR(20) CHARSET utf8mb4", "BIGINT UNSIGNED", "BIGINT"),
    ...rows(
      400,
      "Update_rows",
      "### UPDATE `shop`.`t`",
      "### WHERE",
      "###   @1=1 /* INT meta=0 nullable=0 is_null=0 */",
      "###   @2=NULL /* VARSTRING(80) meta=80 nullable=1 is_null=1 */",
      "### SET",
      "###   @2='it\\'s /* INT */ \\\\ a\\nline' /* VARSTRING(80) meta=80 nullable=1 is_null=0 */",
      "###   @3=-1 (18446744073709551615) /* LONGINT meta=0 nullable=1 is_null=0 */",
      "###   @4=-1 (18446744073709551615) /* LONGINT meta=0 nullable=1 is_null=0 */",
    ),
    ...xid(500),
  ]);
  expect(transaction).toEqual({
    gtid: `${UUID}:3`,
    file: "binlog.000007",
    position: 158,
    originServerId: 7,
    committedAt: "2026-11-21T07:52:00.032157Z",
    statements: [],
    statementCount: 0,
    tables: [{ schema: "shop", table: "t", inserted: 0, updated: 1, deleted: 0 }],
    rows: [
      {
        kind: "update",
        columnCount: 4,
        schema: "shop",
        table: "t",
        before: [
          { column: "id", value: "1" },
          { column: "name", value: null },
        ],
        after: [
          { column: "name", value: "it's /* INT */ \\ a\nline" },
          { column: "@3", value: "18446744073709551615" },
          { column: "@4", value: "-1" },
        ],
      },
    ],
    rowCount: 1,
    isFullyDecoded: true,
  });
});

it("tells transactions apart and passes over those that are not wanted", async () => {
  const lines = [
    ...gtid(158, `${UUID}:1`),
    ...query(235, "flush tables"),
    ...gtid(300, `${UUID}:2`),
    ...query(350, "create table shop.u (id int)"),
    ...gtid(400, `${UUID}:tag:7`),
    ...query(450, "BEGIN"),
    ...query(500, "COMMIT"),
    "SET @@SESSION.GTID_NEXT= 'AUTOMATIC' /* added by mysqlbinlog */ /*!*/;",
    "# End of log file",
  ];
  const decoded = await decode(lines, `${UUID}:1:tag:7`);
  expect(decoded.map(({ gtid: name, statements, position }) => ({ name, statements, position }))).toEqual([
    { name: `${UUID}:1`, statements: ["flush tables"], position: 158 },
    { name: `${UUID}:tag:7`, statements: [], position: 400 },
  ]);
});

it("keeps the first rows and counts all", async () => {
  const [transaction] = await decode(
    [
      ...gtid(158, `${UUID}:3`),
      ...query(235, "BEGIN"),
      ...map(300, "INT"),
      ...rows(400, "Write_rows", ...Array.from({ length: 5000 }, (_, id) => insert(String(id))).flat()),
      ...xid(500),
    ],
    undefined,
    { rows: 2, statements: 1, statementCharacters: 10 },
  );
  expect(transaction?.rows.map(({ after }) => after?.[0]?.value)).toEqual(["0", "1"]);
  expect(transaction).toMatchObject({
    rowCount: 5000,
    tables: [{ schema: "shop", table: "t", inserted: 5000, updated: 0, deleted: 0 }],
  });
});

it("is not led astray by a statement or a value that looks like output", async () => {
  const [transaction, ...others] = await decode([
    ...gtid(158, `${UUID}:3`),
    ...query(235, "BEGIN"),
    ...query(
      250,
      "update shop.t set s='",
      "# at 4",
      "#261121  7:52:00 server id 7  end_log_pos 9 CRC32 0xacb4111c \tGTID\tlast_committed=0",
      `SET @@SESSION.GTID_NEXT= '${UUID}:4'/*!*/;`,
      "'",
    ),
    ...map(300, "TEXT"),
    ...rows(400, "Write_rows", ...insert("'### DELETE FROM `a`.`b`\\n# at 9'")),
    ...xid(500),
  ]);
  expect(others).toEqual([]);
  expect(transaction).toMatchObject({
    gtid: `${UUID}:3`,
    statementCount: 1,
    rows: [{ after: [{ column: "@1", value: "### DELETE FROM `a`.`b`\n# at 9" }] }],
  });
  expect(transaction?.statements[0]).toContain("GTID_NEXT");
});

it("cuts long statements and values, and says so", async () => {
  const [transaction] = await decode(
    [
      ...gtid(158, `${UUID}:3`),
      ...query(250, "x".repeat(9000)),
      ...map(300, "TEXT"),
      ...rows(400, "Write_rows", ...insert(`'${"y".repeat(9000)}'`)),
      ...xid(500),
    ],
    undefined,
    { rows: 2, statements: 1, statementCharacters: 10 },
  );
  expect(transaction?.statements).toEqual([`${"x".repeat(10)} ...`]);
  expect(transaction?.rows[0]?.after?.[0]?.value).toMatch(/^y{4000,4096} \.\.\.$/);
});

it("says where mysqlbinlog cannot print a row, and where an event is not known", async () => {
  const decoded = await decode([
    ...gtid(158, `${UUID}:3`),
    ...map(300, "INT NOT NULL", "GEOMETRY"),
    ...rows(
      400,
      "Update_rows",
      "### UPDATE `shop`.`t`",
      "### WHERE",
      "###   @1=1 /* INT meta=0 nullable=0 is_null=0 */",
      "###   @2=!! Don't know how to handle column type=255 meta=4 (0004)",
    ),
    ...xid(500),
    ...gtid(600, `${UUID}:4`),
    ...event(700, "Incident", "#Incident: LOST_EVENTS"),
  ]);
  expect(decoded.map(({ isFullyDecoded, rowCount, statements }) => ({ isFullyDecoded, rowCount, statements }))).toEqual(
    [
      { isFullyDecoded: false, rowCount: 1, statements: [] },
      { isFullyDecoded: true, rowCount: 0, statements: ["event Incident"] },
    ],
  );
  expect(decoded[0]?.rows).toEqual([
    { kind: "update", schema: "shop", table: "t", columnCount: 2, before: [{ column: "@1", value: "1" }] },
  ]);
});

it("counts XA PREPARE and XA COMMIT, whose rows are in another transaction, as statements", async () => {
  const [transaction] = await decode([
    ...gtid(158, `${UUID}:3`),
    ...query(235, "XA START X'71',X'',1"),
    ...query(245, "XA END X'71',X'',1"),
    ...event(255, "XA PREPARE X'71',X'',1", "XA PREPARE X'71',X'',1", "/*!*/;"),
  ]);
  expect(transaction?.statements).toEqual(["XA PREPARE X'71',X'',1"]);
});

it("shows no password, in statements and in rows", async () => {
  const [account, user] = await decode([
    ...gtid(158, `${UUID}:3`),
    ...query(235, "CREATE USER 'a'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '$A$secret'"),
    ...gtid(300, `${UUID}:4`),
    ...map(310, "CHAR(255) NOT NULL", "CHAR(32) NOT NULL", "TEXT"),
    ...rows(
      400,
      "Write_rows",
      "### INSERT INTO `mysql`.`user`",
      "### SET",
      "###   @1='%' /* STRING(765) meta=65279 nullable=0 is_null=0 */",
      "###   @2='a' /* STRING(96) meta=65120 nullable=0 is_null=0 */",
      "###   @3='$A$secret' /* BLOB/TEXT meta=2 nullable=1 is_null=0 */",
    ),
  ]);
  expect(account?.statements).toEqual(["CREATE USER 'a'@'%' IDENTIFIED WITH 'caching_sha2_password' AS '********'"]);
  expect(user?.rows[0]?.after?.map(({ value }) => value)).toEqual(["%", "a", "********"]);
});
