export interface Instruction {
  readonly name: string;
  /** Without its flags, on one line. */
  readonly text: string;
  readonly flags: readonly string[];
  readonly line: number;
}

/** The instructions of a Dockerfile, in Docker's own grammar as far as it is used here: no heredocs, no other escape. */
export function instructionsOf(dockerfile: string): Instruction[] {
  const instructions: Instruction[] = [];
  let open: { line: number; text: string } | undefined;
  for (const [index, line] of dockerfile.split("\n").entries()) {
    if (/^\s*#/.test(line) || line.trim() === "") continue;
    const { line: start, text } = open ?? { line: index + 1, text: "" };
    const continues = /\\\s*$/.test(line);
    open = { line: start, text: text + line.replace(/\\\s*$/, continues ? " " : "") };
    if (continues) continue;
    instructions.push(parse(open.text, start));
    open = undefined;
  }
  if (open !== undefined) throw new Error(`line ${open.line} goes on, and the file ends`);
  return instructions;
}

function parse(text: string, line: number): Instruction {
  const [, name, rest] = /^\s*([A-Za-z]+)\s+(.*)$/.exec(text) ?? [];
  if (name === undefined || rest === undefined) throw new Error(`line ${line} is no instruction: ${text}`);
  const words = rest.trim().split(/\s+/);
  const count = words.findIndex((word) => !word.startsWith("--"));
  const flags = words.slice(0, count === -1 ? words.length : count);
  const own = flags.reduce((left, flag) => left.slice(left.indexOf(flag) + flag.length).trimStart(), rest.trim());
  return { name: name.toUpperCase(), text: own, flags, line };
}

const NAMES = ["ARG", "FROM", "RUN", "COPY", "ENV", "USER", "CMD", "WORKDIR", "LABEL", "ENTRYPOINT"];
const IMAGE = /^[a-z0-9./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/;

/** What an image should not do: one line for each fault, none for a good file. */
export function faultsOf(dockerfile: string): string[] {
  const instructions = instructionsOf(dockerfile);
  const stages = instructions.reduce<Instruction[][]>(
    (all, instruction) => {
      if (instruction.name === "FROM") all.push([]);
      all.at(-1)?.push(instruction);
      return all;
    },
    [[]],
  );
  const [before = [], ...built] = stages;
  const globals = variablesOf(before);
  return [
    ...instructions
      .filter(({ name }) => !NAMES.includes(name))
      .map(({ name, line }) => `${line}: ${name} is not wanted`),
    ...built.flatMap((stage, index) => faultsOfStage(stage, globals, built.slice(0, index))),
    ...(built.length === 0 ? ["there is no FROM"] : faultsOfUser(built.at(-1) ?? [])),
  ];
}

function variablesOf(instructions: readonly Instruction[]): ReadonlyMap<string, string> {
  const args = instructions.filter(({ name }) => name === "ARG" || name === "ENV");
  return new Map(
    args.map(({ text }) => {
      const [, name = "", value = ""] = /^(\w+)(?:=(.*))?$/.exec(text) ?? [];
      return [name, value];
    }),
  );
}

function faultsOfStage(
  stage: readonly Instruction[],
  globals: ReadonlyMap<string, string>,
  earlier: readonly (readonly Instruction[])[],
): string[] {
  const names = earlier.map(([from]) => / AS (\S+)$/i.exec(from?.text ?? "")?.[1]);
  return stage.flatMap((instruction, index) => {
    const at = (fault: string) => `${instruction.line}: ${fault}`;
    const known = variablesOf(stage.slice(0, index));
    switch (instruction.name) {
      case "FROM": {
        const [given = ""] = instruction.text.split(" ");
        const image = given.replace(/^\$\{?(\w+)\}?$/, (_, name: string) => globals.get(name) ?? "");
        return IMAGE.test(image) || names.includes(image) ? [] : [at(`${given} is not pinned by tag and digest`)];
      }
      case "COPY": {
        const from = instruction.flags
          .map((flag) => /^--from=(.*)$/.exec(flag)?.[1])
          .find((name) => name !== undefined);
        return from === undefined || names.includes(from) ? [] : [at(`there is no stage ${from} before`)];
      }
      case "RUN":
        return faultsOfCommands(instruction.text, known).map(at);
      default:
        return [];
    }
  });
}

function faultsOfCommands(text: string, known: ReadonlyMap<string, string>): string[] {
  const commands = text.split(/;|&&/).map((command) => command.trim());
  const own = commands.flatMap((command) => [
    ...(/^(?:for|export) (\w+)/.exec(command)?.slice(1) ?? []),
    ...[...command.matchAll(/(\w+)=/g)].map(([, name = ""]) => name),
  ]);
  const unknown = [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = ""]) => name);
  return [
    ...(/^set -eu/.test(text) ? [] : ["it goes on after a failure: begin with set -eu"]),
    ...(/\bsudo\b/.test(text) ? ["sudo is of no use here"] : []),
    ...(/\|\s*(ba)?sh\b/.test(text) ? ["it runs what it downloads"] : []),
    ...unknown.filter((name) => !known.has(name) && !own.includes(name)).map((name) => `nothing sets ${name}`),
    ...commands
      .filter((command) => command.startsWith("apt-get install"))
      .flatMap((command) => faultsOfInstall(command, known)),
    ...(text.includes("apt-get install") && !text.includes("rm -rf /var/lib/apt/lists/*")
      ? ["the lists of packages stay in the image"]
      : []),
    ...(text.includes("apt-get install") && !/apt-get update.*apt-get install/.test(text)
      ? ["apt-get update is in another layer"]
      : []),
  ];
}

function faultsOfInstall(command: string, known: ReadonlyMap<string, string>): string[] {
  const words = command.split(/\s+/).slice(2);
  const packages = words
    .filter((word) => !word.startsWith("-"))
    .map((word) => word.replace(/^"\$\{?(\w+)\}?"$/, (_, name: string) => known.get(name) ?? ""));
  return [
    ...["-y", "--no-install-recommends"]
      .filter((flag) => !words.includes(flag))
      .map((flag) => `apt-get install lacks ${flag}`),
    ...packages.filter((name) => !/^[a-z0-9.+-]+=\S+$/.test(name)).map((name) => `${name} has no version`),
  ];
}

function faultsOfUser(stage: readonly Instruction[]): string[] {
  const user = stage.filter(({ name }) => name === "USER").at(-1)?.text;
  if (user === undefined) return ["it runs as root"];
  return /^[1-9]\d*(:[1-9]\d*)?$/.test(user)
    ? []
    : [`its user ${user} is no number, by which Kubernetes knows that it is not root`];
}
