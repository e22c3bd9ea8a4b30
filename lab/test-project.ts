import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { localPassphrase, shellEnvironment } from "../toolchain/environment.js";
import { paths } from "../toolchain/paths.js";
import { ensureToolchain } from "../toolchain/toolchain.js";
import { ensureStack, type PulumiProject, type PulumiResult, runPulumi } from "./pulumi.js";

/** A program with a stack of its own, run by the real CLI. */
export interface TestProject {
  readonly project: PulumiProject;
  pulumi(...args: string[]): Promise<PulumiResult>;
  /** `pulumi up --yes`, which must succeed; without the preview, which takes as long again and has tests of its own. */
  up(...args: string[]): Promise<string>;
  configure(key: string, value: string): Promise<void>;
  /** The resources of the state, as `pulumi stack export` shows them; dynamic ones. */
  resources(): Promise<StateResource[]>;
}

export interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

export interface TestProjectOptions {
  readonly directory: string;
  /** Directory with the program's Pulumi.yaml and index.ts. @default the project's own program */
  readonly program?: string;
  /** `key=value` each. */
  readonly configuration: { readonly plain: readonly string[]; readonly secret: readonly string[] };
  readonly environment?: Readonly<Record<string, string>>;
  /** Searched before the rest of PATH. */
  readonly pathDirectories?: readonly string[];
}

const STACK = "test";

export async function makeTestProject(options: TestProjectOptions): Promise<TestProject> {
  const { environment } = await ensureToolchain(silent);
  const { directory, program = paths.projectRoot, configuration, pathDirectories = [] } = options;
  const backend = join(directory, "backend");
  await mkdir(backend, { recursive: true });
  const shell = shellEnvironment(process.env, environment);
  const project: PulumiProject = {
    directory,
    stack: STACK,
    backend,
    environment: {
      ...shell,
      PATH: [...pathDirectories, shell.PATH].join(":"),
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: localPassphrase,
      ...options.environment,
    },
  };
  await writeFile(join(directory, "Pulumi.yaml"), await projectFile(directory, program));
  await ensureStack(project, silent);

  const pulumi = (...args: string[]) => runPulumi(project, args, silent);
  const must = async (...args: string[]) => {
    const { exitCode, output } = await pulumi(...args);
    if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${exitCode}:\n${output}`);
    return output;
  };
  await must(
    "config",
    "set-all",
    ...configuration.plain.flatMap((pair) => ["--plaintext", pair]),
    ...configuration.secret.flatMap((pair) => ["--secret", pair]),
  );
  return {
    project,
    pulumi,
    up: (...args) => must("up", "--yes", "--skip-preview", ...args),
    configure: async (key, value) => {
      const kind = /password|secret|access$/i.test(key) ? "--secret" : "--plaintext";
      await must("config", "set", kind, key, value);
    },
    resources: async () => {
      const state = JSON.parse(await must("stack", "export")) as { deployment: { resources?: StateResource[] } };
      return (state.deployment.resources ?? []).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic"));
    },
  };
}

/** The program's own Pulumi.yaml, which finds the program where it is. */
async function projectFile(directory: string, program: string): Promise<string> {
  const own = await readFile(join(program, "Pulumi.yaml"), "utf8");
  return `${own}main: ${relative(directory, program)}/\n`;
}
