import {
  type Account,
  type BinlogExpiry,
  binlogRetentionSeconds,
  type GtidConsistency,
  type GtidMode,
} from "../mysql/index.js";
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
  readonly binlogExpiry: BinlogExpiry;
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
    ...retention(observed, wanted.binlogRetentionSeconds),
    ...account(observed, wanted),
  ];
  return steps.length === 0 ? [] : [{ kind: "create-ledger" }, ...steps];
}

/** The steps that give back everything that preparation changed, in the reverse order. */
export function planRestoration(current: SourceSettings, ledger: Ledger): SourceStep[] {
  const original = new Map(ledger.settings.map((setting) => [setting.name, setting]));
  const mode = MODES.find((known) => known === original.get("gtid_mode")?.value);
  const consistency = original.get("enforce_gtid_consistency");
  const expirySeconds = original.get("binlog_expire_logs_seconds");
  return [
    ...ledger.accounts.map((created) => ({ kind: "drop-account", account: created }) as const),
    ...(mode === undefined ? [] : gtidModeBack(current.gtidMode, mode)),
    ...back("enforce_gtid_consistency", current.gtidConsistency, consistency),
    // In this order: the server refuses days while there are seconds.
    ...back("binlog_expire_logs_seconds", String(current.binlogExpiry.seconds), expirySeconds),
    ...back("expire_logs_days", String(current.binlogExpiry.days), original.get("expire_logs_days")),
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

/** 8.0 refuses seconds while there are days (ER_EXPIRE_LOGS_DAYS_IGNORED), which count as long as there are no seconds. */
function retention({ binlogExpiry, ledger }: ObservedSource, wanted: number): SourceStep[] {
  const kept = binlogRetentionSeconds(binlogExpiry);
  // A run that was killed between the two steps has left a server that keeps them for ever.
  const isHalfDone = binlogExpiry.seconds === 0 && ledger.settings.some(({ name }) => name === "expire_logs_days");
  if (!isHalfDone && (kept === undefined || kept >= wanted)) return [];
  const settings = [
    ...(binlogExpiry.days > 0 ? [{ name: "expire_logs_days", value: "0" } as const] : []),
    { name: "binlog_expire_logs_seconds", value: String(wanted) } as const,
  ];
  return settings.flatMap(({ name, value }): SourceStep[] => [
    { kind: "record-setting", name },
    { kind: "set", name, value },
  ]);
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
