import { randomInt } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { silent } from "@gtid-ferry/engine/operation";
import { localPassphrase, shellEnvironment } from "../toolchain/environment.js";
import { paths } from "../toolchain/paths.js";
import { ensureToolchain } from "../toolchain/toolchain.js";
import { findFreePort } from "./process/index.js";
import { ensureStack, type PulumiProject, type PulumiResult, runPulumi } from "./pulumi.js";
import {
  makeTestDirectory,
  removeTestDirectory,
  startTestMysql,
  startTestS3,
  type TestMysql,
  type TestS3,
} from "./testing.js";

/** The project's own program, run by the real CLI on a stack of its own against a source of its own. */
export interface TestStack {
  readonly source: TestMysql;
  readonly s3: TestS3;
  readonly project: PulumiProject;
  readonly directory: string;
  readonly targetDirectory: string;
  readonly targetPort: number;
  pulumi(...args: string[]): Promise<PulumiResult>;
  /** `pulumi up --yes`, which must succeed. */
  up(...args: string[]): Promise<string>;
  configure(key: string, value: string): Promise<void>;
  /** The resources of the state, as `pulumi stack export` shows them. */
  resources(): Promise<StateResource[]>;
  stop(): Promise<void>;
}

export interface StateResource {
  readonly type: string;
  readonly id?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

const STACK = "test";

export async function startTestStack(name: string): Promise<TestStack> {
  const { environment } = await ensureToolchain(silent);
  const directory = await makeTestDirectory(`stack-${name}`);
  const [source, s3] = await Promise.all([startTestMysql({ name }), startTestS3()]);
  const backend = join(directory, "backend");
  await mkdir(backend, { recursive: true });
  const project: PulumiProject = {
    directory,
    stack: STACK,
    backend,
    environment: {
      ...shellEnvironment(process.env, environment),
      PULUMI_BACKEND_URL: `file://${backend}`,
      PULUMI_CONFIG_PASSPHRASE: localPassphrase,
    },
  };
  const targetDirectory = join(directory, "target");
  const targetPort = await findFreePort();
  await writeFile(join(directory, "Pulumi.yaml"), await projectFile(directory));
  await ensureStack(project, silent);

  const pulumi = (...args: string[]) => runPulumi(project, args, silent);
  const must = async (...args: string[]) => {
    const { exitCode, output } = await pulumi(...args);
    if (exitCode !== 0) throw new Error(`pulumi ${args.join(" ")} ended with ${exitCode}:\n${output}`);
    return output;
  };
  const configure = async (key: string, value: string) => {
    const kind = /password|secret/i.test(key) ? "--secret" : "--plaintext";
    await must("config", "set", kind, key, value);
  };
  const values = configurationOf({ source, s3, directory, targetDirectory, targetPort });
  await must(
    "config",
    "set-all",
    ...values.plain.flatMap((pair) => ["--plaintext", pair]),
    ...values.secret.flatMap((pair) => ["--secret", pair]),
  );

  return {
    source,
    s3,
    project,
    directory,
    targetDirectory,
    targetPort,
    pulumi,
    up: (...args) => must("up", "--yes", ...args),
    configure,
    resources: async () => {
      const state = JSON.parse(await must("stack", "export")) as { deployment: { resources?: StateResource[] } };
      return (state.deployment.resources ?? []).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic"));
    },
    stop: async () => {
      await stopTarget(targetDirectory);
      await Promise.all([source.stop(), s3.stop()]);
      await removeTestDirectory(directory);
    },
  };
}

/** The project's own Pulumi.yaml, with its program where it is. */
async function projectFile(directory: string): Promise<string> {
  const own = await readFile(join(paths.projectRoot, "Pulumi.yaml"), "utf8");
  return `${own}main: ${relative(directory, paths.projectRoot)}/\n`;
}

interface Place {
  readonly source: TestMysql;
  readonly s3: TestS3;
  readonly directory: string;
  readonly targetDirectory: string;
  readonly targetPort: number;
}

function configurationOf({ source, s3, directory, targetDirectory, targetPort }: Place) {
  return {
    plain: [
      "database=shop",
      "sourceHost=127.0.0.1",
      `sourcePort=${source.port}`,
      `sourceUser=${source.options.user}`,
      "consistencyWatchSeconds=1",
      "stepTimeoutSeconds=30",
      "replicationHost=127.0.0.1",
      "replicationStartTimeoutSeconds=60",
      "backupMethod=clone",
      `backupBucket=${s3.bucket}`,
      `backupRegion=${s3.region}`,
      `backupEndpoint=${s3.endpoint}`,
      `backupAccessKeyId=${s3.accessKeyId}`,
      `backupDirectory=${join(directory, "backup")}`,
      "backupTimeoutSeconds=60",
      `mysqlBinDirectory=${paths.mysqlBin}`,
      `awsCommand=${join(paths.bin, "aws")}`,
      `targetDirectory=${targetDirectory}`,
      `targetPort=${targetPort}`,
      `targetServerId=${randomInt(1, 2 ** 31)}`,
      "targetStartTimeoutSeconds=60",
    ],
    secret: [`sourcePassword=${source.options.password}`, `backupSecretAccessKey=${s3.secretAccessKey}`],
  };
}

/** A target that a failed test left behind; it was started by the program, which notes its process. */
async function stopTarget(targetDirectory: string): Promise<void> {
  const { LocalHost } = await import("@gtid-ferry/engine/hosts");
  const host = new LocalHost();
  const noted = await host.readFile(join(targetDirectory, "run", "process.json"));
  if (noted !== undefined) await host.stop(JSON.parse(noted), 0);
}
