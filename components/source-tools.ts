import { XTRABACKUP_SERIES, type XtrabackupSeries } from "@gtid-ferry/engine/backup";
import { shellQuote } from "@gtid-ferry/engine/operation";

/** What a backup needs on its host; a program is a name on the PATH, or a path. */
export interface SourceTools {
  readonly aws: string;
  readonly mysql: string;
  readonly zstd: string;
  /** Of method clone. */
  readonly tar?: string;
  /** Of method xtrabackup, when it is installed on the host. */
  readonly xtrabackup?: { readonly program: string; readonly series: XtrabackupSeries };
  /** Of method xtrabackup, when it comes from an image: what runs that. */
  readonly container?: string;
}

/**
 * A script for `sh` that prints the tools' versions, or on standard error all that is missing with what to do, and then
 * ends with exit code 1. Changes nothing.
 */
export function checkToolsScript(tools: SourceTools): string {
  return lines(PRELUDE, "main() {", ...checks(tools), end("; installTools lets it be installed"), "}", MAIN);
}

/**
 * As `checkToolsScript`, after installing what is missing with apt, dnf or yum. Programs that are given by their paths
 * are only checked, and so is the mysql client: it should be the server's own, from where that came.
 */
export function installToolsScript(tools: SourceTools): string {
  return lines(PRELUDE, INSTALLING, "main() {", ...installations(tools), ...checks(tools), end(""), "}", MAIN);
}

const PRELUDE = `set -u
LC_ALL=C
export LC_ALL
problems=
manager=
for one in apt-get dnf yum; do
  if command -v "$one" >/dev/null 2>&1; then manager=$one && break; fi
done

has() { command -v "$1" >/dev/null 2>&1; }

problem() {
  problems="$problems
  $1"
}

# $1 program, $2 what to do without it.
check() { has "$1" || problem "the program $1 is not there: $2"; }

# $1 program, $2 series.
has_series() { "$1" --no-defaults --version 2>&1 | grep -q "xtrabackup version $2\\."; }

# $1 program, $2 series, $3 what to do.
check_xtrabackup() {
  if ! has "$1"; then
    problem "the program $1 is not there: $3"
  elif ! has_series "$1" "$2"; then
    problem "$1 is not of series $2, and copies no server of that series: $3"
  fi
}

# $1 package.
install_advice() {
  if [ -n "$manager" ]; then echo "$manager install $1"; else echo "install the package $1"; fi
}

# The first line in which there is a digit; some tools print warnings before it.
version() { "$@" 2>&1 | grep '[0-9]' | sed -n 1p; }`;

function end(advice: string): string {
  return `  if [ -n "$problems" ]; then
    echo "on $(uname -n) not all is there that a backup needs${advice}:$problems" >&2
    exit 1
  fi`;
}

/** Defined as a whole first: what it runs must not read the rest of the script from standard input. */
const MAIN = "main </dev/null\n";

const INSTALLING = `
as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi; }

# Only versions go to standard output.
install_packages() {
  if [ "$manager" = apt-get ]; then
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 install "$@" >&2
  else
    as_root "$manager" -q -y install "$@" >&2
  fi
}

refresh() { if [ "$manager" = apt-get ]; then as_root apt-get -q -o DPkg::Lock::Timeout=300 update >&2; fi; }

# $1 program with a package of its name; some distributions have the program from another package, which excludes that one.
need() { has "$1" || install_packages "$1"; }

in_repositories() {
  if [ "$manager" = apt-get ]; then
    apt-cache policy "$1" | grep -q "Candidate: [0-9]"
  else
    "$manager" -q info "$1" >/dev/null 2>&1
  fi
}

install_aws() {
  for package in awscli-2 awscli2 awscli; do
    if in_repositories "$package"; then
      install_packages "$package"
      return
    fi
  done
  need curl
  need unzip
  scratch=$(mktemp -d) || return
  curl -fsSL -o "$scratch/aws.zip" "https://awscli.amazonaws.com/awscli-exe-linux-$(uname -m).zip" &&
    unzip -q "$scratch/aws.zip" -d "$scratch" && as_root "$scratch/aws/install" --update >&2
  code=$?
  rm -rf "$scratch"
  return "$code"
}

# $1 repository, $2 package.
install_xtrabackup() {
  if ! has percona-release; then
    if [ "$manager" = apt-get ]; then
      need curl
      install_packages ca-certificates gnupg lsb-release
      scratch=$(mktemp -d) || return
      # apt reads packages as a user of its own.
      chmod 0755 "$scratch"
      curl -fsSL -o "$scratch/percona-release.deb" https://repo.percona.com/apt/percona-release_latest.generic_all.deb &&
        install_packages "$scratch/percona-release.deb"
      rm -rf "$scratch"
    else
      install_packages https://repo.percona.com/yum/percona-release-latest.noarch.rpm
    fi
  fi
  as_root percona-release enable "$1" release >&2 && refresh && install_packages "$2"
}
`;

function checks(tools: SourceTools): readonly string[] {
  const { aws, mysql, zstd, tar, xtrabackup, container } = tools;
  const check = (program: string, advice: string) => `  check ${shellQuote(program)} "${advice}"`;
  const version = (...argv: readonly string[]) => `    version ${argv.map(shellQuote).join(" ")}`;
  return [
    check(zstd, "$(install_advice zstd)"),
    check(aws, "$(install_advice awscli), or see https://aws.amazon.com/cli/"),
    check(mysql, "install the mysql client of the server's own distribution"),
    ...(tar === undefined ? [] : [check(tar, "$(install_advice tar)")]),
    ...(container === undefined ? [] : [check(container, "install it, or another program that runs containers")]),
    ...(xtrabackup === undefined ? [] : [checkXtrabackup(xtrabackup)]),
    '  if [ -z "$problems" ]; then',
    version(zstd, "--version"),
    version(aws, "--version"),
    version(mysql, "--version"),
    ...(xtrabackup === undefined ? [] : [version(xtrabackup.program, "--no-defaults", "--version")]),
    "  fi",
  ];
}

function checkXtrabackup({ program, series }: NonNullable<SourceTools["xtrabackup"]>): string {
  const { package: name, repository } = XTRABACKUP_SERIES[series];
  const advice = `percona-release enable ${repository} release, then $(install_advice ${name}); or take it from a container image, or use the method clone`;
  return `  check_xtrabackup ${shellQuote(program)} ${shellQuote(series)} "${advice}"`;
}

/** Installs what can be installed; what did not come the checks name. */
function installations({ aws, zstd, tar, xtrabackup }: SourceTools): readonly string[] {
  const steps = [
    ...(zstd === "zstd" ? [{ unless: "has zstd", install: "install_packages zstd" }] : []),
    ...(tar === "tar" ? [{ unless: "has tar", install: "install_packages tar" }] : []),
    ...(aws === "aws" ? [{ unless: "has aws", install: "install_aws" }] : []),
    ...(xtrabackup?.program === "xtrabackup" ? [xtrabackupInstallation(xtrabackup.series)] : []),
  ];
  if (steps.length === 0) return [];
  return [
    `  if ! { ${steps.map(({ unless }) => unless).join(" && ")}; }; then`,
    "    refresh",
    ...steps.map(({ unless, install }) => `    ${unless} || ${install}`),
    "  fi",
  ];
}

function xtrabackupInstallation(series: XtrabackupSeries) {
  const { package: name, repository } = XTRABACKUP_SERIES[series];
  return { unless: `has_series xtrabackup ${series}`, install: `install_xtrabackup ${repository} ${name}` };
}

function lines(...all: readonly string[]): string {
  return all.join("\n");
}
