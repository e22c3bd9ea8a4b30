import { type Container, docker } from "../doubles/docker/tool.js";
import { type Outcome, testContract, type WrongCall } from "./contract.js";

interface State {
  readonly isRunning?: boolean;
  readonly containers?: readonly string[];
  readonly missing?: readonly string[];
}

async function call(
  words: readonly string[],
  { isRunning = true, containers = [], missing = [] }: State = {},
): Promise<Outcome> {
  const output: string[] = [];
  const exitCode = await docker(words, {
    isRunning,
    exists: (path) => !missing.includes(path),
    hasContainer: (name) => containers.includes(name),
    run: async (container: Container) => {
      output.push(JSON.stringify(container));
      return 0;
    },
    remove: (name) => output.push(`removed ${name}`),
    log: (line) => output.push(line),
  });
  return { exitCode, output: output.join("\n") };
}

const IMAGE = "percona/percona-xtrabackup:9.7.2-2.1";
const RUN = ["run", "--rm", "--name", "job", "--network", "host", "--entrypoint", "xtrabackup"];
const wrong = (
  description: string,
  words: readonly string[],
  exitCode: number,
  says: string,
  state?: State,
): WrongCall => ({
  call: description,
  run: () => call(words, state),
  exitCode,
  says,
});
const mount = (value: string) => [...RUN, "--mount", value, IMAGE];

testContract({
  double: "docker",
  rules: [
    {
      rule: "flags are whole, known, and have their values",
      source: "docker/cli cli/command/container/opts.go; measured with docker 28.2.2",
      wrong: [
        wrong("a flag that it has not", ["run", "--netwrok", "host", IMAGE], 125, "unknown flag: --netwrok"),
        wrong("the beginning of a flag", ["run", "--nam", "x", IMAGE], 125, "unknown flag: --nam"),
        wrong("a flag without its value", ["run", "--name"], 125, "flag needs an argument: --name"),
        wrong(
          "a switch with a value that is no truth",
          ["run", "--rm=maybe", IMAGE],
          125,
          'invalid argument "maybe" for "--rm" flag',
        ),
        wrong("no image", ["run", "--rm"], 1, "'docker run' requires at least 1 argument"),
        wrong(
          "an image that begins like a flag",
          [...RUN, "--volume=/:/host"],
          1,
          "'docker run' requires at least 1 argument",
        ),
        wrong("no container to remove", ["rm", "--force"], 1, "'docker rm' requires at least 1 argument"),
        wrong("a flag of another command", ["rm", "--rm", "x"], 125, "unknown flag: --rm"),
        wrong("a command that it has not", ["remove", "x"], 1, "docker: unknown command: docker remove"),
        wrong(
          "an option of security that it has not",
          ["run", "--security-opt", "label", IMAGE],
          125,
          'Invalid --security-opt: "label"',
        ),
      ],
    },
    {
      rule: "a mount is a line of CSV",
      source: "docker/cli opts/mount.go; measured with docker 28.2.2",
      wrong: [
        wrong(
          "a comma in a path",
          mount("type=bind,source=/a,b,target=/a,b,readonly"),
          125,
          "invalid field 'b' must be a key=value pair",
        ),
        wrong("no target", mount("type=bind,source=/a"), 125, "target is required"),
        wrong("a key that it has not", mount("type=bind,source=/a,target=/a,mode=ro"), 125, "unexpected key 'mode'"),
        wrong(
          "a word for read-only that is none",
          mount("type=bind,source=/a,target=/a,ro=maybe"),
          125,
          "invalid value for ro: maybe",
        ),
        wrong(
          "an option of volumes",
          mount("type=bind,source=/a,target=/a,volume-nocopy=true"),
          125,
          "cannot mix 'volume-*' options",
        ),
      ],
    },
    {
      rule: "the daemon mounts what is there, once, at an absolute path",
      source: "moby/moby volume/mounts/linux_parser.go, daemon/volumes_unix.go",
      wrong: [
        wrong(
          "a folder that is not there",
          mount("type=bind,source=/none,target=/none"),
          125,
          "bind source path does not exist: /none",
          { missing: ["/none"] },
        ),
        wrong("a relative target", mount("type=bind,source=/a,target=a"), 125, "mount path must be absolute"),
        wrong(
          "a target twice",
          [...RUN, "--mount", "type=bind,source=/a,target=/a", "--mount", "type=bind,source=/b,target=/a", IMAGE],
          125,
          "Duplicate mount point: /a",
        ),
        wrong(
          "a kind of mount that it has not",
          mount("type=folder,source=/a,target=/a"),
          125,
          'mount type unknown: "folder"',
        ),
      ],
    },
    {
      rule: "names are names",
      source: "distribution/reference; moby/moby daemon/names; measured with docker 28.2.2",
      wrong: [
        wrong("an image in capitals", [...RUN, "Percona/xtrabackup"], 125, "invalid reference format"),
        wrong(
          "a container with a blank",
          ["run", "--name", "a b", "--entrypoint", "xtrabackup", IMAGE],
          125,
          "Invalid container name (a b)",
        ),
        wrong("a name that is taken", [...RUN, IMAGE], 125, 'The container name "/job" is already in use', {
          containers: ["job"],
        }),
        wrong(
          "a program that the image has not",
          ["run", "--entrypoint", "mysqldump", IMAGE],
          127,
          "executable file not found in $PATH",
        ),
      ],
    },
    {
      rule: "without its daemon, and of what runs, nothing is done",
      source: "docker/cli cli/command/container/rm.go; measured with docker 28.2.2",
      wrong: [
        wrong("no daemon to ask", ["info"], 1, "Cannot connect to the Docker daemon", { isRunning: false }),
        wrong("no daemon to run it", [...RUN, IMAGE], 125, "Cannot connect to the Docker daemon", { isRunning: false }),
        wrong("a running container, without --force", ["rm", "job"], 1, "container is running", {
          containers: ["job"],
        }),
        wrong("no such container, without --force", ["rm", "job"], 1, "No such container: job"),
      ],
    },
  ],
  right: [
    { call: "a container", run: () => call([...RUN, "--env", "A=b", IMAGE, "--backup", "--rm"]) },
    {
      call: "a path with a comma and a quote, quoted",
      run: () => call(mount('type=bind,"source=/a,b""c","target=/a,b""c",readonly')),
    },
    { call: "an image by digest", run: () => call([...RUN, `registry.example:5000/pxb@sha256:${"0".repeat(64)}`]) },
    { call: "no such container, with --force", run: () => call(["rm", "--force", "job"]) },
    { call: "what runs, with --force", run: () => call(["rm", "--force", "job"], { containers: ["job"] }) },
    { call: "a question", run: () => call(["info"]) },
  ],
});
