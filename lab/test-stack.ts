import { randomInt } from "node:crypto";
import { join } from "node:path";
import { paths } from "../toolchain/paths.js";
import type { MysqldSettings } from "./mysqld/index.js";
import { findFreePort } from "./process/index.js";
import { makeTestProject, type TestProject } from "./test-project.js";
import {
  makeTestDirectory,
  removeTestDirectory,
  startTestMysql,
  startTestS3,
  type TestMysql,
  type TestS3,
  testInstallation,
} from "./testing.js";

/** The project's own program on platform local, on a stack of its own against a source of its own. */
export interface TestStack extends TestProject {
  readonly source: TestMysql;
  readonly s3: TestS3;
  readonly directory: string;
  readonly targetDirectory: string;
  readonly targetPort: number;
  stop(): Promise<void>;
}

export interface TestStackOptions {
  /** Settings of the source. */
  readonly settings?: MysqldSettings;
  /** Comes before the command that starts the source. */
  readonly prefix?: readonly string[];
  /** Searched by the program before the rest of PATH. */
  readonly pathDirectories?: readonly string[];
  /** The releases that the servers say to be of. @default their own */
  readonly saysVersion?: { readonly source: string; readonly target: string };
}

export async function startTestStack(name: string, options: TestStackOptions = {}): Promise<TestStack> {
  const { settings = {}, prefix = [], pathDirectories = [], saysVersion } = options;
  const directory = await makeTestDirectory(`stack-${name}`);
  const [source, s3] = await Promise.all([
    startTestMysql({ name, settings, prefix, saysVersion: saysVersion?.source }),
    startTestS3(),
  ]);
  const { binDirectory } = await testInstallation(saysVersion?.target);
  const targetDirectory = join(directory, "target");
  const targetPort = await findFreePort();
  const configuration = configurationOf({ source, s3, directory, targetDirectory, targetPort, binDirectory });
  return {
    ...(await makeTestProject({ directory, configuration, pathDirectories })),
    source,
    s3,
    directory,
    targetDirectory,
    targetPort,
    stop: async () => {
      await stopServerIn(targetDirectory);
      await Promise.all([source.stop(), s3.stop()]);
      await removeTestDirectory(directory);
    },
  };
}

interface Place {
  readonly source: TestMysql;
  readonly s3: TestS3;
  readonly directory: string;
  readonly targetDirectory: string;
  readonly targetPort: number;
  readonly binDirectory: string;
}

function configurationOf({ source, s3, directory, targetDirectory, targetPort, binDirectory }: Place) {
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
      `mysqlBinDirectory=${binDirectory}`,
      `awsCommand=${join(paths.bin, "aws")}`,
      `targetDirectory=${targetDirectory}`,
      `targetPort=${targetPort}`,
      `targetServerId=${randomInt(1, 2 ** 31)}`,
      "targetStartTimeoutSeconds=60",
    ],
    secret: [`sourcePassword=${source.options.password}`, `backupSecretAccessKey=${s3.secretAccessKey}`],
  };
}

/** A server that is left behind, in its volume; it was started by the program, which notes its process. */
export async function stopServerIn(directory: string): Promise<void> {
  const { LocalHost } = await import("@gtid-ferry/engine/hosts");
  const host = new LocalHost();
  const noted = await host.readFile(join(directory, "run", "process.json"));
  if (noted !== undefined) await host.stop(JSON.parse(noted), 0);
}
