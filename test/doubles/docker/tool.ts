import { INFO, parseFlags, Refusal, RM, RUN } from "./flags.js";
import { type Mount, parseMount } from "./mounts.js";

export interface Container {
  readonly name: string;
  readonly image: string;
  readonly mounts: readonly Mount[];
  readonly environment: readonly string[];
  readonly words: readonly string[];
}

/** The daemon, as far as the double has one. */
export interface Daemon {
  readonly isRunning: boolean;
  exists(path: string): boolean;
  hasContainer(name: string): boolean;
  /** Gives the exit code. */
  run(container: Container): Promise<number>;
  remove(name: string): void;
  log(line: string): void;
}

const NO_DAEMON = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?";
/** github.com/distribution/reference, without what no caller uses. */
const REFERENCE =
  /^[a-z0-9]+([._:-][a-z0-9]+)*(\/[a-z0-9]+([._-]+[a-z0-9]+)*)*(:\w[\w.-]{0,127})?(@sha256:[0-9a-f]{64})?$/;

/** Runs the double of the docker client; gives the exit code. Measured with docker 28.2.2 where nothing else is said. */
export async function docker(argv: readonly string[], daemon: Daemon): Promise<number> {
  try {
    return await dispatch(argv, daemon);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    daemon.log(error.message);
    return error.exitCode;
  }
}

async function dispatch([command = "", ...words]: readonly string[], daemon: Daemon): Promise<number> {
  switch (command) {
    case "info":
      parseFlags(words, INFO);
      if (!daemon.isRunning) throw new Refusal(NO_DAEMON, 1);
      return 0;
    case "rm":
      return remove(words, daemon);
    case "run":
      return run(words, daemon);
    default:
      if (command.startsWith("-")) throw new Refusal(`unknown flag: ${command}`, 125);
      throw new Refusal(`docker: unknown command: docker ${command}`, 1);
  }
}

function remove(words: readonly string[], daemon: Daemon): number {
  const { given, rest } = parseFlags(words, RM);
  if (rest.length === 0) throw new Refusal("docker: 'docker rm' requires at least 1 argument", 1);
  if (!daemon.isRunning) throw new Refusal(NO_DAEMON, 1);
  const isForced = given.some(({ name, value }) => name === "force" && /^[1tT]/.test(value));
  for (const name of rest) {
    if (!daemon.hasContainer(name)) {
      // With --force that is told and no error (docker/cli cli/command/container/rm.go).
      if (!isForced) throw new Refusal(`Error response from daemon: No such container: ${name}`, 1);
      daemon.log(`Error response from daemon: No such container: ${name}`);
    } else if (isForced) {
      daemon.remove(name);
    } else {
      throw new Refusal(
        `Error response from daemon: cannot remove container "/${name}": container is running: stop the container before removing or force remove`,
        1,
      );
    }
  }
  return 0;
}

async function run(words: readonly string[], daemon: Daemon): Promise<number> {
  const { given, rest } = parseFlags(words, RUN);
  const all = (name: string) => given.filter((flag) => flag.name === name).map(({ value }) => value);
  const one = (name: string) => all(name).at(-1);
  const mounts = all("mount").map(parseMount);
  const [image, ...command] = rest;
  if (image === undefined) throw new Refusal("docker: 'docker run' requires at least 1 argument", 1);
  for (const option of all("security-opt")) {
    if (!/^[a-z-]+[=:]/.test(option) && option !== "no-new-privileges") {
      throw new Refusal(`docker: Invalid --security-opt: "${option}"`, 125);
    }
  }
  if (!REFERENCE.test(image)) throw new Refusal(`docker: invalid reference format: ${image}`, 125);
  if (!daemon.isRunning) throw new Refusal(`docker: ${NO_DAEMON}`, 125);
  const name = one("name") ?? "unnamed";
  refuseForDaemon(name, mounts, daemon);
  const entrypoint = one("entrypoint");
  if (entrypoint !== "xtrabackup" && entrypoint !== "xbstream") {
    throw new Refusal(
      `docker: Error response from daemon: exec: "${entrypoint ?? command[0]}": executable file not found in $PATH`,
      127,
    );
  }
  return daemon.run({ name, image, mounts, environment: all("env"), words: command });
}

/** What the daemon checks before it starts anything (moby daemon/create.go, volume/mounts/linux_parser.go). */
function refuseForDaemon(name: string, mounts: readonly Mount[], daemon: Daemon): void {
  const refuse = (reason: string) => new Refusal(`docker: Error response from daemon: ${reason}`, 125);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(name)) {
    throw refuse(`Invalid container name (${name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed`);
  }
  if (daemon.hasContainer(name)) throw refuse(`Conflict. The container name "/${name}" is already in use`);
  const targets = new Set<string>();
  for (const { type, source, target } of mounts) {
    const invalid = (reason: string) => refuse(`invalid mount config for type "${type}": ${reason}`);
    if (type !== "bind") throw refuse(`mount type unknown: "${type}"`);
    if (!target.startsWith("/")) throw invalid(`invalid mount path: '${target}' mount path must be absolute`);
    if (!source.startsWith("/"))
      throw invalid(
        source === ""
          ? "field Source must not be empty"
          : `invalid mount path: '${source}' mount path must be absolute`,
      );
    if (!daemon.exists(source)) throw invalid(`bind source path does not exist: ${source}`);
    if (targets.has(target)) throw refuse(`Duplicate mount point: ${target}`);
    targets.add(target);
  }
}
