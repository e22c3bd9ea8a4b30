import { z } from "zod";
import { connectionSchema as connection, Remote } from "./remote.js";

/** One type of Pulumi's command provider, with those of its inputs that the program gives; any other is refused. */
export interface Kind {
  /** Gives the outputs that are no inputs. */
  create(inputs: unknown): Promise<object>;
  update(olds: unknown, inputs: unknown): Promise<object>;
  remove(inputs: unknown): Promise<void>;
}

const commandInputs = z.strictObject({
  connection,
  create: z.string(),
  delete: z.string().optional(),
  stdin: z.string().optional(),
  triggers: z.array(z.string()).optional(),
  addPreviousOutputInEnv: z.literal(false),
});

/** An asset as it comes over the wire. */
const textAsset = z.object({ text: z.string(), hash: z.string() });
const copyInputs = z.strictObject({
  connection,
  source: textAsset,
  remotePath: z.string(),
  triggers: z.array(z.string()).optional(),
});

const command: Kind = {
  async create(inputs) {
    const { connection, create, stdin } = commandInputs.parse(inputs);
    return await Remote.with(connection, (remote) => remote.run(create, stdin));
  },
  async update(_olds, inputs) {
    return await this.create(inputs);
  },
  async remove(inputs) {
    const { connection, delete: script } = commandInputs.parse(inputs);
    // It dials as the others do: a host that is gone for good keeps the resource.
    if (script !== undefined) await Remote.with(connection, (remote) => remote.run(script));
  },
};

const copyToRemote: Kind = {
  async create(inputs) {
    const { connection, source, remotePath } = copyInputs.parse(inputs);
    await Remote.with(connection, (remote) => remote.copy(source.text, remotePath));
    return {};
  },
  async update(olds, inputs) {
    const [was, now] = [copyInputs.parse(olds), copyInputs.parse(inputs)];
    // As the official plugin has it: a changed connection alone copies nothing.
    const isSame = was.source.hash === now.source.hash && was.remotePath === now.remotePath;
    return isSame ? {} : await this.create(inputs);
  },
  async remove() {},
};

const KINDS: Readonly<Record<string, Kind>> = {
  "command:remote:Command": command,
  "command:remote:CopyToRemote": copyToRemote,
};

export function kindOf(type: string): Kind {
  const found = KINDS[type];
  if (found === undefined) throw new Error(`the stand-in for command does not know ${type}`);
  return found;
}
