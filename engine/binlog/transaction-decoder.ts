import { GtidSet } from "../gtid/index.js";
import { withoutCredentials } from "./credentials.js";
import { textOf } from "./parse-value.js";
import { RowReader } from "./row-reader.js";
import type { BinlogTransaction, DecodeLimits } from "./transaction.js";

const AT = /^# at (\d+)$/;
const HEADER = /^#\d{6} +\d+:\d\d:\d\d server id (\d+) +end_log_pos \d+(?: CRC32 0x[0-9a-f]+)? *\t(.+)$/;
const GTID_NEXT = /^SET @@SESSION\.GTID_NEXT= '([^']+)'\/\*!\*\/;$/;
const COMMIT_TIME = /\boriginal_committed_timestamp=(\d+)/;
const TABLE_ID = /\b(?:mapped to number|table id) (\d+)/;
const STATEMENT_END = "/*!*/;";

/** Events whose text is a statement. */
const STATEMENT_EVENT = /^(?:Query|Execute_load_query|XA )\b/;
const ROW_EVENT = /^(?:Write|Update|Delete)_rows(?:_v1|_partial)?:/;
/** Events that change nothing by themselves; any other that is not known here might. */
const INERT_EVENT =
  /^(?:Start: binlog|Previous-GTIDs|Rotate|Stop|Xid|Rows_query|Transaction_Payload|Ignorable|Heartbeat|Intvar|Rand|User_var|Begin_load_query|Append_block|View_change)\b/;
/** What frames a transaction rather than being its work. */
const FRAME = /^(?:BEGIN|COMMIT|SAVEPOINT `.*`|XA (?:START|END) .*)$/s;

type Mode = "none" | "gtid" | "map" | "rows" | "prelude" | "statement";

interface Draft {
  gtid: string;
  readonly position: number;
  readonly originServerId: number;
  readonly committedAt: string | undefined;
  readonly statements: string[];
  statementCount: number;
  readonly rows: RowReader;
}

/** Puts transactions together from the lines that `mysqlbinlog --base64-output=decode-rows -vv` prints for one file. */
export class TransactionDecoder {
  private mode: Mode = "none";
  private position = 0;
  private expectsHeader = false;
  private text = "";
  private draft: Draft | undefined;

  /** Other transactions than `wanted` are passed over. */
  constructor(
    private readonly file: string,
    private readonly wanted: GtidSet,
    private readonly limits: DecodeLimits,
  ) {}

  /** Takes the next line and gives the transaction that has ended with it, if one has. */
  take(line: string): BinlogTransaction | undefined {
    // A statement's own lines may look like anything.
    if (this.mode === "statement") {
      this.takeStatementLine(line);
      return undefined;
    }
    const at = AT.exec(line);
    if (at !== null) {
      this.endEvent();
      this.position = Number(at[1]);
      this.expectsHeader = true;
      return undefined;
    }
    const header = this.expectsHeader ? HEADER.exec(line) : null;
    this.expectsHeader = false;
    if (header !== null) return this.beginEvent(Number(header[1]), header[2] ?? "");
    this.takeEventLine(line);
    return undefined;
  }

  /** The last transaction of the file. */
  end(): BinlogTransaction | undefined {
    this.endEvent();
    const ended = this.draft;
    this.draft = undefined;
    if (ended === undefined || ended.gtid === "" || !this.wanted.contains(GtidSet.parse(ended.gtid))) return undefined;
    const { rows, ...rest } = ended;
    return {
      ...rest,
      file: this.file,
      tables: rows.tables,
      rows: rows.rows,
      rowCount: rows.rowCount,
      isFullyDecoded: rows.isComplete,
    };
  }

  private beginEvent(serverId: number, event: string): BinlogTransaction | undefined {
    if (event.startsWith("GTID\t")) {
      const ended = this.end();
      this.mode = "gtid";
      this.draft = this.begin(serverId, event);
      return ended;
    }
    const [, tableId = ""] = TABLE_ID.exec(event) ?? [];
    if (STATEMENT_EVENT.test(event)) this.mode = "prelude";
    else if (event.startsWith("Table_map:")) {
      this.mode = "map";
      this.draft?.rows.map(tableId);
    } else if (ROW_EVENT.test(event)) {
      this.mode = "rows";
      this.draft?.rows.use(tableId);
    } else if (!INERT_EVENT.test(event)) this.addStatement(`event ${event}`);
    return undefined;
  }

  private begin(originServerId: number, event: string): Draft {
    const [, microseconds] = COMMIT_TIME.exec(event) ?? [];
    return {
      gtid: "",
      position: this.position,
      originServerId,
      committedAt: microseconds === undefined ? undefined : isoTime(microseconds),
      statements: [],
      statementCount: 0,
      rows: new RowReader(this.limits.rows),
    };
  }

  private endEvent(): void {
    this.draft?.rows.finishRow();
    this.mode = "none";
  }

  private takeEventLine(line: string): void {
    switch (this.mode) {
      case "gtid": {
        const gtid = GTID_NEXT.exec(line)?.[1];
        if (gtid !== undefined && this.draft !== undefined) this.draft.gtid = gtid;
        return;
      }
      case "map":
        this.draft?.rows.takeMapLine(line);
        return;
      case "rows":
        if (line.startsWith("###")) this.draft?.rows.takeRowLine(line);
        return;
      case "prelude":
        // Session variables are set in lines of their own; the statement's last line is nothing but the delimiter.
        if (line.endsWith(STATEMENT_END) && line !== STATEMENT_END) return;
        this.mode = "statement";
        this.text = "";
        this.takeStatementLine(line);
        return;
      case "statement":
      case "none":
        return;
    }
  }

  private takeStatementLine(line: string): void {
    if (line !== STATEMENT_END) {
      // One character more than is kept, so that it is known to be longer.
      if (this.text.length <= this.limits.statementCharacters) this.text += this.text === "" ? line : `\n${line}`;
      return;
    }
    this.mode = "none";
    if (!FRAME.test(this.text)) this.addStatement(this.text);
  }

  private addStatement(text: string): void {
    if (this.draft === undefined) return;
    this.draft.statementCount += 1;
    if (this.draft.statements.length >= this.limits.statements) return;
    const { statementCharacters } = this.limits;
    const shown = textOf(withoutCredentials(text.slice(0, statementCharacters)));
    this.draft.statements.push(text.length > statementCharacters ? `${shown} ...` : shown);
  }
}

/** Microseconds since 1970 as ISO 8601. */
function isoTime(microseconds: string): string {
  const milliseconds = Number(BigInt(microseconds) / 1000n);
  return `${new Date(milliseconds).toISOString().slice(0, -1)}${microseconds.slice(-3)}Z`;
}
