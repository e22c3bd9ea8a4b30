import { posix } from "node:path";

/** What scripts/inspect-host.sh has found on a host; what is undefined is not there. */
export interface HostFacts {
  /** What installs packages there. */
  readonly packageManager: PackageManager | undefined;
  readonly user: string;
  /** Version texts of programs, or their paths. */
  readonly programs: Readonly<Partial<Record<Program, string>>>;
  readonly missingCoreutils: readonly string[];
  /** Why containers cannot be run although the program is there. */
  readonly containerError: string | undefined;
  readonly isWorkWritable: boolean;
  readonly workAvailableBytes: number | undefined;
  readonly serverVersion: string | undefined;
  readonly serverError: string | undefined;
  /** Absolute, the data directory first; those within another one are left out. */
  readonly serverDirectories: readonly string[];
  readonly isDataReadable: boolean;
  /** Of an active component_keyring_file. */
  readonly keyFile: string | undefined;
  readonly isKeyFileReadable: boolean;
}

const PACKAGE_MANAGERS = ["apt-get", "dnf", "yum"] as const;
export type PackageManager = (typeof PACKAGE_MANAGERS)[number];

export type Program = (typeof PROGRAMS)[number];

const PROGRAMS = ["bash", "zstd", "aws", "tar", "mysql", "xtrabackup", "container"] as const;

export function parseHostFacts(text: string): HostFacts {
  const facts = text.split("\n").map((line) => {
    const [name = "", ...value] = line.split("\t");
    return { name, value: value.join("\t").trim() };
  });
  const all = (name: string) => facts.filter((fact) => fact.name === name).map(({ value }) => value);
  const one = (name: string) => all(name)[0];
  const words = (name: string) => (one(name) ?? "").split(/\s+/).filter((word) => word !== "");
  const found = PROGRAMS.flatMap((program) => {
    const value = one(program);
    return value === undefined ? [] : [[program, value]];
  });
  const bytes = Number(one("work.availableBytes") ?? "none");
  return {
    packageManager: PACKAGE_MANAGERS.find((name) => name === one("packageManager")),
    user: one("user") ?? "",
    programs: Object.fromEntries(found),
    missingCoreutils: words("coreutils.missing"),
    containerError: one("container.error"),
    isWorkWritable: one("work.writable") === "yes",
    workAvailableBytes: Number.isFinite(bytes) ? bytes : undefined,
    serverVersion: one("server.version"),
    serverError: one("server.error"),
    serverDirectories: outermost(all("server.directory")),
    isDataReadable: one("datadir.readable") === "yes",
    keyFile: one("server.keyFile"),
    isKeyFileReadable: one("keyFile.readable") === "yes",
  };
}

/** Relative ones are relative to the first; where it itself is missing nothing is known. */
function outermost(directories: readonly string[]): readonly string[] {
  const [first] = directories;
  if (first === undefined) return [];
  const named = directories.filter((directory) => directory !== "" && directory !== "NULL");
  const absolute = [...new Set(named.map((directory) => posix.resolve(first, directory)))];
  return absolute.filter((directory) => !absolute.some((other) => other !== directory && isWithin(directory, other)));
}

function isWithin(directory: string, other: string): boolean {
  return directory.startsWith(other === "/" ? "/" : `${other}/`);
}
