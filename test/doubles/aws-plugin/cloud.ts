import { randomUUID } from "node:crypto";
import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";

const thingSchema = z.object({
  account: z.string(),
  region: z.string(),
  type: z.string(),
  id: z.string(),
  properties: z.record(z.string(), z.unknown()),
});

/** One thing in AWS, by the type and with the properties that Pulumi has for it. */
export type Thing = Readonly<z.output<typeof thingSchema>>;

/** What there is in all accounts: one file for each thing, so that all instances of the plugin see the same. */
export class Cloud {
  constructor(private readonly directory: string) {}

  /** Those that have all of these. */
  async find(wanted: Partial<Omit<Thing, "properties">>): Promise<readonly Thing[]> {
    await mkdir(this.directory, { recursive: true });
    const files = (await readdir(this.directory)).filter((file) => file.endsWith(".json"));
    const things = await Promise.all(files.map((file) => this.read(file)));
    const isWanted = (thing: Thing) => isDeepStrictEqual({ ...thing, ...wanted }, thing);
    return things.filter((thing) => thing !== undefined).filter(isWanted);
  }

  /** Makes it, or changes it into this. */
  async put(thing: Thing): Promise<void> {
    await mkdir(this.directory, { recursive: true });
    const unfinished = join(this.directory, randomUUID());
    await writeFile(unfinished, JSON.stringify(thing, undefined, 2));
    await rename(unfinished, join(this.directory, fileOf(thing)));
  }

  async remove(thing: Omit<Thing, "properties">): Promise<void> {
    await rm(join(this.directory, fileOf(thing)), { force: true });
  }

  /** Undefined when it was removed in this moment. */
  private async read(file: string): Promise<Thing | undefined> {
    try {
      return thingSchema.parse(JSON.parse(await readFile(join(this.directory, file), "utf8")));
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
      throw error;
    }
  }
}

function fileOf({ account, region, type, id }: Omit<Thing, "properties">): string {
  return `${[account, region, type, id].map(encodeURIComponent).join(" ")}.json`;
}
