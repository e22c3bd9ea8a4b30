/** A release of the tool, as `--version` names it, e.g. `8.0.35-34`. */
export interface Release {
  readonly text: string;
  readonly series: "8.0" | "8.4" | "9.7";
  /** Whether what is no option ends the tool: by default since 8.0.27-19 (release notes). */
  readonly isStrict: boolean;
  /** Whether the build has the version check, and so its option (`--no-version-check`). */
  readonly hasVersionCheck: boolean;
}

const SERIES = ["8.0", "8.4", "9.7"] as const;

export function releaseOf(text: string, build: { readonly hasVersionCheck?: boolean } = {}): Release {
  const series = SERIES.find((one) => text.startsWith(`${one}.`));
  if (series === undefined) throw new Error(`the double knows no series of ${text}`);
  return { text, series, isStrict: isAtLeast(text, "8.0.27-19"), hasVersionCheck: build.hasVersionCheck ?? true };
}

/** Whether it can copy that server: its own series only (check_server_version() in backup_mysql.cc). */
export function copies({ series }: Release, serverVersion: string): boolean {
  return serverVersion.startsWith(`${series}.`);
}

function isAtLeast(text: string, wanted: string): boolean {
  const [own, other] = [numbersOf(text), numbersOf(wanted)];
  for (const at of [0, 1, 2, 3]) {
    const difference = (own[at] ?? 0) - (other[at] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function numbersOf(text: string): number[] {
  return text.split(/[.-]/).map(Number);
}
