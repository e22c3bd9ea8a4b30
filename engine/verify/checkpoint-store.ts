import { type TableName, tableKey } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import {
  type ComparedTable,
  loadCheckpoint,
  removeCheckpoint,
  saveCheckpoint,
  type TableProgress,
  type TableResult,
} from "./checkpoint.js";

const SAVE_MILLISECONDS = 2_000;

/** What a comparison has found so far; kept in a file, if there is one, so that the next run goes on there. */
export class CheckpointStore {
  private savedAt = Date.now();
  private readonly tables: Map<string, ComparedTable>;
  private current: TableProgress | undefined;

  private constructor(
    private readonly file: string | undefined,
    private readonly of: string,
    readonly startedAt: string,
    tables: readonly ComparedTable[],
  ) {
    this.tables = new Map(tables.map((table) => [tableKey(table.result), table]));
  }

  /** `of` names the comparison: servers and tables. */
  static async open(
    file: string | undefined,
    of: string,
    startedAt: string,
    progress: Progress,
  ): Promise<CheckpointStore> {
    const found = file === undefined ? undefined : await loadCheckpoint(file, of);
    if (found === undefined) return new CheckpointStore(file, of, startedAt, []);
    progress(`resuming the comparison of ${found.startedAt}: ${found.tables.length} tables are done`);
    const store = new CheckpointStore(file, of, found.startedAt, found.tables);
    store.current = found.current;
    return store;
  }

  get results(): readonly TableResult[] {
    return [...this.tables.values()].map(({ result }) => result);
  }

  /** Whether this version of the table has been compared. */
  has(name: TableName, version: string): boolean {
    return this.tables.get(tableKey(name))?.version === version;
  }

  /** Rows of the table that have been compared. */
  rowsOf(name: TableName): number {
    return this.tables.get(tableKey(name))?.result.rows ?? 0;
  }

  /** How far an earlier run came with this version of the table. */
  progressOf(name: TableName, version: string): TableProgress | undefined {
    const { current } = this;
    if (current === undefined || tableKey(current) !== tableKey(name)) return undefined;
    return current.version === version ? current : undefined;
  }

  async add(version: string, result: TableResult): Promise<void> {
    this.current = undefined;
    this.tables.set(tableKey(result), { version, result });
    await this.saveNowAndThen();
  }

  /** For a table that is on neither server any more. */
  forget(name: TableName): void {
    this.tables.delete(tableKey(name));
  }

  /** All tables have to be compared once more. */
  forgetAll(): void {
    this.tables.clear();
  }

  async save(current: TableProgress): Promise<void> {
    this.current = current;
    await this.saveNowAndThen();
  }

  /** For the next run, when this one cannot go on. */
  async flush(): Promise<void> {
    if (this.file === undefined) return;
    const { of, startedAt, current } = this;
    const tables = [...this.tables.values()];
    await saveCheckpoint(this.file, { of, startedAt, tables, ...(current === undefined ? {} : { current }) });
    this.savedAt = Date.now();
  }

  async remove(): Promise<void> {
    if (this.file !== undefined) await removeCheckpoint(this.file);
  }

  private async saveNowAndThen(): Promise<void> {
    if (Date.now() - this.savedAt >= SAVE_MILLISECONDS) await this.flush();
  }
}
