import { type Host, type HostOptions, knownHostsName, openHost } from "@gtid-ferry/engine/hosts";
import { z } from "zod";

/** One type of Pulumi's command provider, with those of its inputs that the program gives; any other is refused. */
export interface Kind {
  /** Gives the outputs that are no inputs. */
  create(inputs: unknown): Promise<object>;
  update(olds: unknown, inputs: unknown): Promise<object>;
  remove(inputs: unknown): Promise<void>;
}

const TIMEOUT_SECONDS = 300;

const login = {
  host: z.string(),
  port: z.number(),
  user: z.string(),
  privateKey: z.string().optional(),
  privateKeyPassword: z.string().optional(),
  agentSocketPath: z.string().optional(),
  // The official plugin would trust whoever answers.
  hostKey: z.string(),
  dialErrorLimit: z.number(),
  perDialTimeout: z.number(),
};
const connection = z.strictObject({ ...login, proxy: z.strictObject(login).optional() });
type Connection = z.output<typeof connection>;

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
    return await onHost(connection, (host) => run(host, create, stdin));
  },
  async update(_olds, inputs) {
    return await this.create(inputs);
  },
  async remove(inputs) {
    const { connection, delete: script } = commandInputs.parse(inputs);
    if (script !== undefined) await onHost(connection, (host) => run(host, script));
  },
};

const copyToRemote: Kind = {
  async create(inputs) {
    const { connection, source, remotePath } = copyInputs.parse(inputs);
    await onHost(connection, async (host) => {
      // The official plugin makes no folders.
      const folder = remotePath.slice(0, remotePath.lastIndexOf("/"));
      await run(host, `test -d ${JSON.stringify(folder)}`);
      await host.writeFile(remotePath, source.text, 0o644);
    });
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

async function onHost<T>(connection: Connection, work: (host: Host) => Promise<T>): Promise<T> {
  const { proxy } = connection;
  const host = openHost({
    kind: "ssh",
    ...loginOf(connection),
    ...(proxy === undefined ? {} : { bastion: loginOf(proxy) }),
  });
  try {
    return await work(host);
  } finally {
    await host.close();
  }
}

function loginOf({ host, port, user, hostKey, ...rest }: Omit<Connection, "proxy">) {
  const { privateKey, privateKeyPassword: passphrase, agentSocketPath: agentSocket, perDialTimeout } = rest;
  return {
    host,
    port,
    user,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(passphrase === undefined ? {} : { passphrase }),
    ...(agentSocket === undefined ? {} : { agentSocket }),
    knownHosts: `${knownHostsName(host, port)} ${hostKey}`,
    connectTimeoutSeconds: perDialTimeout,
  } satisfies Omit<Extract<HostOptions, { kind: "ssh" }>, "kind">;
}

async function run(host: Host, script: string, stdin?: string): Promise<{ stdout: string; stderr: string }> {
  const { exitCode, stdout, stderr } = await host.run({
    argv: ["sh", "-c", script],
    timeoutSeconds: TIMEOUT_SECONDS,
    ...(stdin === undefined ? {} : { stdin }),
  });
  if (exitCode !== 0) {
    throw new Error(`Process exited with status ${exitCode}: running ${JSON.stringify(script)}:\n${stdout}${stderr}`);
  }
  return { stdout: stdout.replace(/\n$/, ""), stderr: stderr.replace(/\n$/, "") };
}
