import { z } from "zod";
import type { Inputs } from "../plugin.js";
import type { Account } from "./account.js";
import type { Buckets } from "./buckets.js";
import type { Cloud, Thing } from "./cloud.js";

/** What an instance of the plugin works with. */
export interface Aws extends Account {
  readonly cloud: Cloud;
  /** Real ones, where the lab has an S3 for that. */
  readonly buckets?: Buckets;
}

/** An error as AWS answers it. */
export class AwsRefusal extends Error {
  constructor(
    readonly code: string,
    what: string,
  ) {
    super(`${code}: ${what}`);
  }
}

/** One type of Pulumi's AWS provider, with those of its inputs that the program gives; any other is refused. */
export interface Kind {
  /** Names of the inputs. */
  readonly inputs: readonly string[];
  /** Inputs that cannot change without replacing the thing. */
  readonly identity: readonly string[];
  create(aws: Aws, inputs: Inputs): Promise<Thing>;
  update(aws: Aws, inputs: Inputs, thing: Thing): Promise<Thing>;
  remove(aws: Aws, inputs: Inputs, thing: Thing): Promise<void>;
  /** Whether it is still there, apart from its own file. */
  exists(aws: Aws, inputs: Inputs): Promise<boolean>;
}

interface KindOf<S extends z.ZodRawShape> {
  readonly type: string;
  readonly shape: S;
  readonly identity: readonly (keyof S & string)[];
  id(inputs: z.output<z.ZodObject<S>>): string;
  /** What it lies in, or is a setting of: refused without it, and gone with it. */
  readonly container?: {
    find(inputs: z.output<z.ZodObject<S>>, aws: Aws): Promise<Thing | undefined>;
    readonly missing: string;
  };
  /** Code of the error when one with the same id is in the account and region; without it, that is no error. */
  readonly taken?: string;
  /** Outputs beside the inputs. */
  outputs?(inputs: z.output<z.ZodObject<S>>, aws: Aws, id: string): object;
  /** Before it is made or changed: whatever else AWS would refuse. */
  admit?(inputs: z.output<z.ZodObject<S>>, aws: Aws): Promise<void>;
  make?(inputs: z.output<z.ZodObject<S>>, aws: Aws): Promise<void>;
  unmake?(inputs: z.output<z.ZodObject<S>>, aws: Aws, thing: Thing): Promise<void>;
  exists?(inputs: z.output<z.ZodObject<S>>, aws: Aws): Promise<boolean>;
}

export function kind<S extends z.ZodRawShape>(known: KindOf<S>): Kind {
  const { type, container, taken } = known;
  const schema = z.strictObject(known.shape);
  const isContained = async (inputs: z.output<typeof schema>, aws: Aws) =>
    container === undefined || (await container.find(inputs, aws)) !== undefined;
  const admit = async (inputs: z.output<typeof schema>, aws: Aws, what: string) => {
    if (!(await isContained(inputs, aws))) throw new AwsRefusal(container?.missing ?? "", what);
    await known.admit?.(inputs, aws);
  };
  return {
    inputs: Object.keys(known.shape),
    identity: known.identity,
    async create(aws, given) {
      const inputs = schema.parse(given);
      const { account, region } = aws;
      const place = { account, region, type, id: known.id(inputs) };
      await admit(inputs, aws, place.id);
      if (taken !== undefined && (await aws.cloud.find(place)).length > 0) throw new AwsRefusal(taken, place.id);
      await known.make?.(inputs, aws);
      const thing = { ...place, properties: { region, ...inputs, ...known.outputs?.(inputs, aws, place.id) } };
      await aws.cloud.put(thing);
      return thing;
    },
    async update(aws, given, was) {
      const inputs = schema.parse(given);
      await admit(inputs, aws, was.id);
      const computed = Object.entries(was.properties).filter(([key]) => !(key in known.shape));
      const tagsAll = "tags" in inputs ? { tagsAll: inputs.tags } : {};
      const thing = { ...was, properties: { ...Object.fromEntries(computed), ...inputs, ...tagsAll } };
      await aws.cloud.put(thing);
      return thing;
    },
    async remove(aws, given, thing) {
      await known.unmake?.(schema.parse(given), aws, thing);
      await aws.cloud.remove(thing);
    },
    async exists(aws, given) {
      const inputs = schema.parse(given);
      return (await isContained(inputs, aws)) && (await (known.exists?.(inputs, aws) ?? true));
    },
  };
}

export const text = z.string();
export const tags = z.record(text, text);
/** Inputs that AWS is asked for as they are. */
export const settings = z.unknown();

/** Finds things of one type in the account and region. */
export async function findOwn(aws: Aws, type: string, id: string): Promise<Thing | undefined> {
  const [found] = await aws.cloud.find({ account: aws.account, region: aws.region, type, id });
  return found;
}
