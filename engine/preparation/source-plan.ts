import type { Account, GtidConsistency, GtidMode } from "../mysql/index.js";
import { type Ledger, type OriginalSetting, ROLE_SETTING_NAMES, type SettingName } from "./ledger.js";
import type { AccountState } from "./replication-account.js";

export type SourceStep =
  | { readonly kind: "create-ledger" }
  | { readonly kind: "drop-journal" }
  | { readonly kind: "record-setting"; readonly name: SettingName }
  | { readonly kind: "set"; readonly name: SettingName; readonly value: string }
  | { readonly kind: "watch-consistency" }
  | { readonly kind: "await-no-anonymous" }
  | { readonly kind: "await-no-gtid" }
  | { readonly kind: "rotate-binlog" }
  | { readonly kind: "create-account" }
  | { readonly kind: "set-account-password" }
  | { readonly kind: "grant" }
  | { readonly kind: "drop-account"; readonly account: Account }
  | { readonly kind: "forget"; readonly setting: OriginalSetting }
  | { readonly kind: "drop-ledger" };

export interface SourceSettings {
  readonly gtidMode: GtidMode;
  readonly gtidConsistency: GtidConsistency;
  readonly binlogExpireLogsSeconds: number;
}

export interface ObservedSource extends SourceSettings {
  readonly ledger: Ledger;
  readonly account: AccountState;
  /** Whether this server is the primary that a finalized migration has left, with the journal of that one. */
  readonly hasFinalJournal: boolean;
}

export interface WantedSource {
  readonly binlogRetentionSeconds: number;
  /** Whether the caller still knows the account's password; else it gets a new one. */
  readonly isPasswordKnown: boolean;
}

const MODES: readonly GtidMode[] = ["OFF", "OFF_PERMISSIVE", "ON_PERMISSIVE", "ON"];

/** The steps from what is there to a source that a replica can follow by GTID; none when it is so already. */
export function planPreparation(observed: ObservedSource, wanted: WantedSource): SourceStep[] {
  const steps: SourceStep[] = [
    ...(observed.hasFinalJournal ? [{ kind: "drop-journal" } as const] : []),
    ...recordRoleSettings(observed.ledger),
    ...consistencyOn(observed.gtidConsistency),
    ...gtidModeOn(observed.gtidMode),
    ...retention(observed.binlogExpireLogsSeconds, wanted.binlogRetentionSeconds),
    ...account(observed, wanted),
  ];
  return steps.length === 0 ? [] : [{ kind: "create-ledger" }, ...steps];
}

/** The steps that give back everything that preparation changed, in the reverse order. */
export function planRestoration(current: SourceSettings, ledger: Ledger): SourceStep[] {
  const original = new Map(ledger.settings.map((setting) => [setting.name, setting]));
  const mode = MODES.find((known) => known === original.get("gtid_mode")?.value);
  const consistency = original.get("enforce_gtid_consistency");
  const expiry = original.get("binlog_expire_logs_seconds");
  return [
    ...ledger.accounts.map((created) => ({ kind: "drop-account", account: created }) as const),
    ...(mode === undefined ? [] : gtidModeBack(current.gtidMode, mode)),
    ...back("enforce_gtid_consistency", current.gtidConsistency, consistency),
    ...back("binlog_expire_logs_seconds", String(current.binlogExpireLogsSeconds), expiry),
    ...ledger.settings.map((setting) => ({ kind: "forget", setting }) as const),
    { kind: "drop-ledger" },
  ];
}

/** A switchover will change them, and by then nobody can tell what they were. */
function recordRoleSettings({ settings }: Ledger): SourceStep[] {
  const isKnown = (name: SettingName) => settings.some((setting) => setting.name === name);
  return ROLE_SETTING_NAMES.filter((name) => !isKnown(name)).map((name) => ({ kind: "record-setting", name }));
}

function consistencyOn(current: GtidConsistency): SourceStep[] {
  if (current === "ON") return [];
  const name = "enforce_gtid_consistency";
  return [
    { kind: "record-setting", name },
    ...(current === "OFF" ? [{ kind: "set", name, value: "WARN" } as const] : []),
    { kind: "watch-consistency" },
    { kind: "set", name, value: "ON" },
  ];
}

/** Only adjacent modes are allowed, and ON only once no anonymous transaction is left (MySQL manual, 19.1.4.2). */
function gtidModeOn(current: GtidMode): SourceStep[] {
  if (current === "ON") return [];
  const name = "gtid_mode";
  const between = MODES.slice(MODES.indexOf(current) + 1, -1);
  return [
    { kind: "record-setting", name },
    ...between.map((value) => ({ kind: "set", name, value }) as const),
    { kind: "await-no-anonymous" },
    { kind: "rotate-binlog" },
    { kind: "set", name, value: "ON" },
  ];
}

function retention(current: number, wanted: number): SourceStep[] {
  const name = "binlog_expire_logs_seconds";
  // 0 means that binary logs never expire.
  if (current === 0 || current >= wanted) return [];
  return [
    { kind: "record-setting", name },
    { kind: "set", name, value: String(wanted) },
  ];
}

function account({ account }: ObservedSource, { isPasswordKnown }: WantedSource): SourceStep[] {
  if (!account.exists) return [{ kind: "create-account" }, { kind: "grant" }];
  // A run that failed between the two statements left an account without its grant, perhaps no password with anybody.
  return account.isGranted && isPasswordKnown ? [] : [{ kind: "set-account-password" }, { kind: "grant" }];
}

function gtidModeBack(current: GtidMode, original: GtidMode): SourceStep[] {
  const downwards = MODES.slice(MODES.indexOf(original), MODES.indexOf(current)).reverse();
  return downwards.flatMap((value): SourceStep[] => {
    const step = { kind: "set", name: "gtid_mode", value } as const;
    return value === "OFF" ? [{ kind: "await-no-gtid" }, step] : [step];
  });
}

function back(name: SettingName, current: string, original: OriginalSetting | undefined): SourceStep[] {
  return original === undefined || original.value === current ? [] : [{ kind: "set", name, value: original.value }];
}
