import type { Progress } from "../operation/index.js";
import { type TableName, tableId } from "../tables/index.js";
import { type Checkpoint, loadCheckpoint, removeCheckpoint, saveCheckpoint, type TableResult } from "./checkpoint.js";

type TableProgress = NonNullable<Checkpoint["current"]>;

const SAVE_MILLISECONDS = 2_000;

/** What a comparison has found so far; kept in a file, if there is one, so that the next run goes on there. */
export class CheckpointStore {
  private savedAt = 0;

  private constructor(
    private readonly file: string | undefined,
    private checkpoint: Checkpoint,
  ) {}

  /** `of` names the comparison: servers and tables. */
  static async open(
    file: string | undefined,
    of: string,
    startedAt: string,
    progress: Progress,
  ): Promise<CheckpointStore> {
    const found = file === undefined ? undefined : await loadCheckpoint(file, of);
    if (found !== undefined)
      progress(`going on with the comparison of ${found.startedAt}, ${found.tables.length} tables are done`);
    return new CheckpointStore(file, found ?? { of, startedAt, tables: [] });
  }

  get startedAt(): string {
    return this.checkpoint.startedAt;
  }

  get results(): readonly TableResult[] {
    return this.checkpoint.tables;
  }

  has(name: TableName): boolean {
    return this.checkpoint.tables.some((result) => tableId(result) === tableId(name));
  }

  /** How far an earlier run came with this table. */
  progressOf(table: string): TableProgress | undefined {
    return this.checkpoint.current?.table === table ? this.checkpoint.current : undefined;
  }

  async add(result: TableResult): Promise<void> {
    const { current: _done, ...rest } = this.checkpoint;
    this.checkpoint = { ...rest, tables: [...rest.tables, result] };
    await this.write();
  }

  async save(current: TableProgress): Promise<void> {
    this.checkpoint = { ...this.checkpoint, current };
    if (Date.now() - this.savedAt >= SAVE_MILLISECONDS) await this.write();
  }

  forgetProgress(): void {
    const { current: _outdated, ...rest } = this.checkpoint;
    this.checkpoint = rest;
  }

  async remove(): Promise<void> {
    if (this.file !== undefined) await removeCheckpoint(this.file);
  }

  private async write(): Promise<void> {
    this.savedAt = Date.now();
    if (this.file !== undefined) await saveCheckpoint(this.file, this.checkpoint);
  }
}
