import type { PackageManager, Program } from "./facts.js";
import { XTRABACKUP_SERIES, type XtrabackupSeries } from "./xtrabackup-series.js";

/** Packages by what is missing, in the distributions of MySQL servers. */
const PACKAGES: Readonly<
  Record<Exclude<Program, "xtrabackup"> | "coreutils", Readonly<Record<"deb" | "rpm", string>>>
> = {
  bash: { deb: "bash", rpm: "bash" },
  coreutils: { deb: "coreutils", rpm: "coreutils" },
  zstd: { deb: "zstd", rpm: "zstd" },
  aws: { deb: "awscli", rpm: "awscli" },
  tar: { deb: "tar", rpm: "tar" },
  mysql: { deb: "mysql-client", rpm: "mysql-community-client" },
  container: { deb: "docker.io", rpm: "docker" },
};

/** The commands that install what is missing, in this order. */
export function installCommands(
  manager: PackageManager | undefined,
  missing: readonly (keyof typeof PACKAGES)[],
  series: XtrabackupSeries | undefined,
): readonly string[] {
  const kind = manager === "apt-get" ? "deb" : "rpm";
  const names = [...new Set(missing)].map((one) => (manager === undefined ? one : PACKAGES[one][kind]));
  const aws = missing.includes("aws") ? " (the AWS CLI is also to be had from https://aws.amazon.com/cli/)" : "";
  const repository = series === undefined ? [] : [enableRepository(series)];
  const wanted = [...names, ...(series === undefined ? [] : [XTRABACKUP_SERIES[series].package])];
  if (wanted.length === 0) return [];
  if (manager === undefined) return [...repository, `install ${wanted.join(", ")}${aws}`];
  return [...repository, `${manager} install ${wanted.join(" ")}${aws}`];
}

function enableRepository(series: XtrabackupSeries): string {
  return `percona-release enable ${XTRABACKUP_SERIES[series].repository} release`;
}
