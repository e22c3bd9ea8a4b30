import { execFile } from "node:child_process";
import { appendFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isDeepStrictEqual, promisify } from "node:util";
import { main, type Provider } from "@pulumi/pulumi/provider";

/**
 * A stand-in for Pulumi's Kubernetes plugin, for the two kinds of objects that the program declares. It applies them for
 * real, by Helm and kubectl with the environment's KUBECONFIG, and records each call. It proves what the program declares
 * and in which order, and nothing about the official plugin.
 */

type Inputs = Readonly<Record<string, unknown>>;

interface Kind {
  apply(inputs: Inputs): Promise<string>;
  remove(inputs: Inputs): Promise<void>;
}

const SECRET_KEY = "4dabf18193072939515e22adb298388d";
/** Where the chart's path is relative to. */
const ROOT = process.env.GTID_FERRY_PROJECT_ROOT ?? process.cwd();
const RECORD = process.env.GTID_FERRY_PLUGIN_RECORD;
const run = promisify(execFile);

/** Pulumi wraps secrets, at any depth. */
function unwrap(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unwrap);
  if (typeof value !== "object" || value === null) return value;
  if (SECRET_KEY in value && "value" in value) return unwrap(value.value);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, unwrap(member)]));
}

const plain = (inputs: unknown) => unwrap(inputs) as Inputs;
const textOf = (inputs: Inputs, key: string) => String(inputs[key]);

async function withFile<T>(text: string, work: (path: string) => Promise<T>): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "kubernetes-plugin-"));
  try {
    const path = join(directory, "input.json");
    await writeFile(path, text, { mode: 0o600 });
    return await work(path);
  } finally {
    await rm(directory, { recursive: true });
  }
}

const release: Kind = {
  async apply(inputs) {
    const [name, namespace] = [textOf(inputs, "name"), textOf(inputs, "namespace")];
    const chart = join(ROOT, textOf(inputs, "chart"));
    await withFile(JSON.stringify(inputs.values), (values) =>
      run("helm", ["upgrade", "--install", name, chart, "--namespace", namespace, "--values", values]),
    );
    return `${namespace}/${name}`;
  },
  async remove(inputs) {
    await run("helm", ["uninstall", textOf(inputs, "name"), "--namespace", textOf(inputs, "namespace"), "--wait"]);
  },
};

const secret: Kind = {
  async apply(inputs) {
    await withFile(JSON.stringify(inputs), (path) => run("kubectl", ["apply", "--filename", path]));
    const { name, namespace } = plain(inputs.metadata);
    return `${namespace}/${name}`;
  },
  async remove(inputs) {
    await withFile(JSON.stringify(inputs), (path) =>
      run("kubectl", ["delete", "--ignore-not-found", "--filename", path]),
    );
  },
};

const KINDS: Readonly<Record<string, Kind>> = {
  "kubernetes:helm.sh/v3:Release": release,
  "kubernetes:core/v1:Secret": secret,
};

function kindOf(urn: string): Kind {
  const type = urn.split("::")[2]?.split("$").at(-1) ?? "";
  const kind = KINDS[type];
  if (kind === undefined) throw new Error(`the stand-in does not know ${type}`);
  return kind;
}

function record(call: string, urn: string): void {
  if (RECORD !== undefined) appendFileSync(RECORD, `${call} ${urn.split("::").slice(2).join(" ")}\n`);
}

const provider: Provider = {
  version: "4.34.2",
  async check(_urn, _olds, news) {
    return { inputs: news };
  },
  async diff(_id, _urn, olds, news) {
    const changed = Object.keys(news).filter((key) => !isDeepStrictEqual(unwrap(olds[key]), unwrap(news[key])));
    return {
      changes: changed.length > 0,
      replaces: changed.filter((key) => ["name", "namespace"].includes(key)),
      deleteBeforeReplace: true,
    };
  },
  async create(urn, inputs) {
    record("create", urn);
    return { id: await kindOf(urn).apply(plain(inputs)), outs: inputs };
  },
  async update(_id, urn, _olds, news) {
    record("update", urn);
    await kindOf(urn).apply(plain(news));
    return { outs: news };
  },
  async delete(_id, urn, props) {
    record("delete", urn);
    await kindOf(urn).remove(plain(props));
  },
};

main(provider, process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
