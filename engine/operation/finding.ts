/** `blocker`: going on would fail or lose something. `warning`: it will work, but a person should know or decide. */
export type Severity = "ok" | "warning" | "blocker";

/** What one check found on one server. */
export interface Finding {
  /** Stable kebab-case id, e.g. `binlog-format`. */
  readonly check: string;
  /** Role and address, e.g. `source 10.20.1.5:3306`. */
  readonly server: string;
  readonly severity: Severity;
  readonly seen: string;
  readonly wanted: string;
  /** What to do, with the exact statements or lines where there are any; empty when the severity is `ok`. */
  readonly fix: string;
}

/** The findings of one check, which all share its id, server and aim. */
export interface Check {
  ok(seen: string): Finding;
  warning(seen: string, fix: string): Finding;
  blocker(seen: string, fix: string): Finding;
}

export function checkOn(server: string, check: string, wanted: string): Check {
  return {
    ok: (seen) => ({ check, server, severity: "ok", seen, wanted, fix: "" }),
    warning: (seen, fix) => ({ check, server, severity: "warning", seen, wanted, fix }),
    blocker: (seen, fix) => ({ check, server, severity: "blocker", seen, wanted, fix }),
  };
}
