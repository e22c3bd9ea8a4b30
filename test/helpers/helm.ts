import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { loadAll } from "js-yaml";
import { paths } from "../../toolchain/paths.js";

export const chartDirectory = resolve(__dirname, "../../chart");

export interface HelmRun {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs Helm with settings and caches of its own; `input` goes to stdin. */
export function helm(argv: readonly string[], options: { input?: string; kubeconfig?: string } = {}): HelmRun {
  const home = join(paths.ferry, "helm", "home");
  const environment = {
    PATH: process.env.PATH,
    // Where its client of Kubernetes keeps a cache.
    HOME: home,
    HELM_CACHE_HOME: home,
    HELM_CONFIG_HOME: home,
    HELM_DATA_HOME: home,
    ...(options.kubeconfig === undefined ? {} : { KUBECONFIG: options.kubeconfig }),
  };
  const { status, stdout, stderr } = spawnSync(join(paths.helmBin, "helm"), argv, {
    env: environment,
    encoding: "utf8",
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  return { status, stdout, stderr: stderr.replace(/^walk\.go.*found symbolic link.*\n/gm, "") };
}

/** The text of all objects of release `shop` in namespace `db`. `values` go on top of the file in chart/ci. */
export function renderText(file: string, values: object = {}): string {
  const run = helm(templateArguments(file), { input: JSON.stringify(values) });
  if (run.status !== 0) throw new Error(run.stderr);
  return run.stdout;
}

export function render(file: string, values: object = {}): readonly unknown[] {
  return loadAll(renderText(file, values)).filter((object) => object !== null);
}

/** What Helm says to values that it refuses. */
export function refusal(file: string, values: object): string {
  const run = helm(templateArguments(file), { input: JSON.stringify(values) });
  return run.status === 0 ? "" : run.stderr;
}

function templateArguments(file: string): string[] {
  return ["template", "shop", chartDirectory, "-n", "db", "-f", join(chartDirectory, "ci", file), "-f", "-"];
}

export function find(objects: readonly unknown[], kind: string, name: string): unknown {
  const found = ofKind(objects, kind).filter((object) => at(object, "metadata.name") === name);
  if (found.length !== 1) throw new Error(`${found.length} objects ${kind} ${name}`);
  return found[0];
}

export function ofKind(objects: readonly unknown[], kind: string): readonly unknown[] {
  return objects.filter((object) => at(object, "kind") === kind);
}

/** What lies at a path such as `spec.containers.0.name`; undefined where nothing does. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => new Map(entriesOf(inner)).get(key), value);
}

/** What lies at a path of each element of a list. */
export function each(list: unknown, path: string): readonly unknown[] {
  return listOf(list).map((element) => at(element, path));
}

export function listOf(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) throw new Error(`not a list: ${JSON.stringify(value)}`);
  return value;
}

export function entriesOf(value: unknown): readonly (readonly [string, unknown])[] {
  return typeof value === "object" && value !== null ? Object.entries(value) : [];
}
