import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { z } from "zod";

const callSchema = z.object({
  call: z.string(),
  urn: z.string(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  provider: z.record(z.string(), z.unknown()).optional(),
});

/** One call of Pulumi to a stand-in for a plugin. */
export interface RecordedCall {
  /** `configure`, `check`, `diff`, `create`, `read`, `update` or `delete`, as far as the stand-in records it. */
  readonly call: string;
  readonly urn: string;
  /** Empty when the provider itself is asked, as are name and parents. */
  readonly type: string;
  readonly name: string;
  /** Types of the resources that it lies in, the outermost first. */
  readonly parents: readonly string[];
  /** Those of the resource, or what is known of it; a secret is `{secret: VALUE}`, what is not known yet is `UNKNOWN`. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** For whom the provider works, where stand-ins tell it: of AWS `account`, `region`, `profile` and `roleArn`. */
  readonly provider: Readonly<Record<string, unknown>>;
}

/** Stands for a value that is known only after an update, as Pulumi sends it. */
export const UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** What the file of GTID_FERRY_PLUGIN_RECORD says, in the order in which the calls began; nothing when there was none. */
export async function readRecordedCalls(path: string): Promise<readonly RecordedCall[]> {
  if (!existsSync(path)) return [];
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line !== "");
  return lines.map((line) => {
    const { call, urn, inputs = {}, provider = {} } = callSchema.parse(JSON.parse(line));
    const [types = "", name = ""] = urn.split("::").slice(2);
    const parents = types.split("$");
    return { call, urn, type: parents.pop() ?? "", name, parents, inputs, provider };
  });
}
