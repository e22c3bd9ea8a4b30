import { z } from "zod";
import { queryAsRoot } from "../mysqld/root-connection.js";

/** What a complete sample database was made with. */
export interface Sample {
  readonly mebibytes: number;
  readonly seed: number;
}

const sampleRows = z.array(z.object({ seed: z.number(), mebibytes: z.number() }));
const bytesRow = z.tuple([z.object({ bytes: z.coerce.number() })]);

/** Undefined when there is none or when filling it never came to its end. */
export async function readSample(socket: string): Promise<Sample | undefined> {
  const tables = await queryAsRoot(
    socket,
    "SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop' AND TABLE_NAME = 'sample'",
  );
  if (tables.length === 0) return undefined;
  return sampleRows.parse(await queryAsRoot(socket, "SELECT seed, mebibytes FROM shop.sample"))[0];
}

/** Size of the schema's data files. */
export async function sampleBytes(socket: string): Promise<number> {
  const rows = await queryAsRoot(
    socket,
    "SELECT SUM(FILE_SIZE) AS bytes FROM information_schema.INNODB_TABLESPACES WHERE NAME LIKE 'shop/%'",
  );
  return bytesRow.parse(rows)[0].bytes;
}
