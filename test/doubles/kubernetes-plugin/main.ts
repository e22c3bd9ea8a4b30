import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { main, type Provider } from "@pulumi/pulumi/provider";
import { diffOf, type Inputs, record, typeOf, unwrapSecrets } from "../plugin.js";

/**
 * A stand-in for Pulumi's Kubernetes plugin, for the two kinds of objects that the program declares. It applies them for
 * real, by Helm and kubectl with the environment's KUBECONFIG, and records each call. It proves what the program declares
 * and in which order, and nothing about the official plugin.
 */

interface Kind {
  apply(inputs: Inputs): Promise<string>;
  remove(inputs: Inputs): Promise<void>;
}

/** Where the chart's path is relative to. */
const ROOT = process.env.GTID_FERRY_PROJECT_ROOT ?? process.cwd();
const run = promisify(execFile);

const plain = (inputs: unknown) => unwrapSecrets(inputs) as Inputs;
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
  const kind = KINDS[typeOf(urn)];
  if (kind === undefined) throw new Error(`the stand-in does not know ${typeOf(urn)}`);
  return kind;
}

const provider: Provider = {
  version: "4.34.2",
  async check(_urn, _olds, news) {
    return { inputs: news };
  },
  async diff(_id, _urn, olds, news) {
    return diffOf(olds, news, ["name", "namespace"]);
  },
  async create(urn, inputs) {
    record("create", urn, inputs);
    return { id: await kindOf(urn).apply(plain(inputs)), outs: inputs };
  },
  async update(_id, urn, _olds, news) {
    record("update", urn, news);
    await kindOf(urn).apply(plain(news));
    return { outs: news };
  },
  async delete(_id, urn, props) {
    record("delete", urn, props);
    await kindOf(urn).remove(plain(props));
  },
};

main(provider, process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
