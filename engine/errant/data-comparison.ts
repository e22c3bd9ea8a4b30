import { z } from "zod";
import { type ConnectionOptions, MysqlServer, type TableName } from "../mysql/index.js";
import type { Progress } from "../operation/index.js";
import { repairData, showRepair, type VerificationRequest, verifyData, verifyTables } from "../verify/index.js";
import type { TableComparison } from "./reconcile.js";

const countRow = z.object({ found: z.coerce.number() });

/** Compares a replica's data with its source's by the verification, and repairs rows by it. */
export class DataComparison implements TableComparison {
  constructor(
    private readonly source: ConnectionOptions,
    private readonly replica: ConnectionOptions,
    private readonly progress: Progress,
  ) {}

  /** Whether everything is the same: rows, definitions, accounts and grants. */
  async isAllEqual(): Promise<boolean> {
    return (await verifyData(this.request(), this.progress)).equal;
  }

  async isEqual(tables: readonly TableName[]): Promise<boolean> {
    const present: TableName[] = [];
    for (const table of tables) {
      if (await exists(this.source, "source", table)) present.push(table);
      else if (await exists(this.replica, "target", table)) return false;
    }
    return present.length === 0 || (await verifyTables(this.request(present), this.progress)).equal;
  }

  async planRepair(tables: readonly TableName[]): Promise<readonly string[]> {
    const request = this.request(tables);
    return showRepair(request, await verifyTables(request, this.progress));
  }

  async repair(tables: readonly TableName[], progress: Progress): Promise<void> {
    const request = this.request(tables);
    await repairData(request, await verifyTables(request, this.progress), progress);
  }

  private request(tables?: readonly TableName[]): VerificationRequest {
    return {
      primary: { name: "source", connection: this.source },
      replica: { name: "target", connection: this.replica },
      ...(tables === undefined ? {} : { tables: tables.map(({ schema, table }) => [schema, table]) }),
    };
  }
}

async function exists(server: ConnectionOptions, role: string, { schema, table }: TableName): Promise<boolean> {
  return MysqlServer.with(server, role, async (connection) => {
    const { found } = await connection.queryOne(
      "SELECT COUNT(*) AS found FROM information_schema.TABLES WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ?",
      [schema, table],
      countRow,
    );
    return found > 0;
  });
}
