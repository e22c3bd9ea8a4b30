import { basename } from "node:path";
import type { Command } from "commander";
import { ensureHaproxy } from "../../toolchain/haproxy.js";
import { ensureMysql } from "../../toolchain/mysql.js";
import { ensurePythonTools } from "../../toolchain/python.js";
import { APPLICATION_PORT, LAB_HOST, S3_PORT, SAMPLE_MEBIBYTES, SOURCE_PORT, TARGET_PORT } from "../defaults.js";
import { startHaproxy, stopHaproxy } from "../haproxy.js";
import { listServers, serverDirectory, startLab, stopLab, stopServer } from "../lab.js";
import { labPaths } from "../lab-paths.js";
import { LabMysqld } from "../mysqld/index.js";
import { forgetProcess, killProcess, readProcess } from "../process/index.js";
import { startS3, stopS3 } from "../s3.js";
import { listWorkloads } from "../workload/index.js";
import { parseSettings, port, positive } from "./arguments.js";
import { noSuch, requireServer } from "./find.js";
import { print, progress } from "./output.js";

export function addServerCommands(program: Command): void {
  program
    .command("up")
    .description("start the source, HAProxy and S3 and fill the sample database; what is there already stays as it is")
    .option(
      "--mebibytes <n>",
      `size of the sample database (default: any that is there, else ${SAMPLE_MEBIBYTES})`,
      positive,
    )
    .action(async (options: { mebibytes?: number }) => {
      const lab = await startLab({ ...options, progress });
      print(
        `source ${LAB_HOST}:${lab.source.port}, HAProxy ${LAB_HOST}:${lab.haproxy.port}, S3 ${lab.s3.endpoint}, sample database ${lab.sample.mebibytes} MiB`,
      );
    });

  program
    .command("status")
    .description("what runs, with process ids")
    .action(async () => {
      for (const { name, running, pid } of await listServers())
        print(`${name}: ${running ? `runs, process ${pid}` : "stopped"}`);
      const [newest] = await listWorkloads(labPaths.workload);
      if (newest !== undefined) print(`workload ${basename(newest.directory)}: ${newest.running ? "runs" : "stopped"}`);
    });

  program
    .command("down")
    .description("stop every process of the lab, the target too; data stay")
    .option("--remove-data", "remove all of .ferry/lab afterwards")
    .action((options: { removeData?: boolean }) => stopLab({ ...options, progress }));

  const mysqld = program.command("mysqld").description("single MySQL servers, e.g. the one called source");
  mysqld
    .command("start <name>")
    .description("start a server, making it when there is none of that name")
    .option("--port <port>", "default: the one it had, for source 13306, else a free one", port)
    .option("--set <name=value...>", "settings for my.cnf, kept for later starts")
    .action(async (name: string, options: { port?: number; set?: string[] }) => {
      const defaultPort = name === "source" ? { port: SOURCE_PORT } : {};
      const chosenPort = options.port === undefined ? defaultPort : { port: options.port };
      const settings = options.set === undefined ? {} : { settings: parseSettings(options.set) };
      const request = { directory: serverDirectory(name), ...chosenPort, ...settings };
      const server = await LabMysqld.start(await ensureMysql(progress), request, progress);
      print(`${name}: ${LAB_HOST}:${server.port}, socket ${server.socket}, process ${server.process?.pid}`);
    });
  mysqld
    .command("stop <name>")
    .description("clean shutdown")
    .action((name: string) => stopServer(requireServer(name), progress));
  mysqld
    .command("kill <name>")
    .description("SIGKILL, as a crash")
    .action(async (name: string) => {
      const { directory } = requireServer(name);
      const known = readProcess(directory);
      if (known !== undefined) await killProcess(known);
      forgetProcess(directory);
    });
  mysqld
    .command("restart <name>")
    .description("clean shutdown, then start with the same my.cnf")
    .action(async (name: string) => {
      const server = LabMysqld.find(await ensureMysql(progress), serverDirectory(name));
      if (server === undefined) throw noSuch(name);
      await server.restart();
    });

  const haproxy = program.command("haproxy").description("where applications connect; it leads to the source at first");
  haproxy
    .command("start")
    .description(`start it on port ${APPLICATION_PORT}, before the source and the target`)
    .action(async () => {
      const source = LabMysqld.find(await ensureMysql(progress), labPaths.source);
      const installation = await ensureHaproxy(progress);
      const backends = { source: source?.port ?? SOURCE_PORT, target: TARGET_PORT };
      const request = { directory: labPaths.haproxy, port: APPLICATION_PORT, backends };
      print(`${LAB_HOST}:${(await startHaproxy(installation.haproxy, request)).port}`);
    });
  haproxy
    .command("stop")
    .description("stop it; where a switchover has led it is forgotten")
    .action(() => stopHaproxy(labPaths.haproxy));

  const s3 = program.command("s3").description("the S3 server; what it stores is in memory");
  s3.command("start")
    .description(`start it on port ${S3_PORT}, with one empty bucket`)
    .action(async () => {
      const { motoServer } = await ensurePythonTools(progress);
      print((await startS3(motoServer, { directory: labPaths.s3, port: S3_PORT })).endpoint);
    });
  s3.command("stop")
    .description("stop it; every object is gone")
    .action(() => stopS3(labPaths.s3));
}
