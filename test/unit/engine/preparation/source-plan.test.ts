import { describe, expect, it } from "vitest";
import { type ObservedSource, planPreparation, planRestoration } from "../../../../engine/preparation/source-plan.js";

const ROLE_RECORDS = ["record read_only", "record super_read_only", "record event_scheduler"];
const roleSettings = (["read_only", "super_read_only", "event_scheduler"] as const).map((name) => ({
  name,
  value: "OFF",
  persisted: null,
}));

const untouched: ObservedSource = {
  gtidMode: "OFF",
  gtidConsistency: "OFF",
  binlogExpiry: { seconds: 7200, days: 0, autoPurge: true },
  ledger: { settings: [], accounts: [] },
  account: { exists: false, isGranted: false },
  hasFinalJournal: false,
};
const wanted = { binlogRetentionSeconds: 86_400, isPasswordKnown: false };

const brief = (steps: ReturnType<typeof planPreparation>) =>
  steps.map((step) => {
    if (step.kind === "set") return `${step.name}=${step.value}`;
    return step.kind === "record-setting" ? `record ${step.name}` : step.kind;
  });

describe("planPreparation", () => {
  it("takes a source from OFF to ON by adjacent modes, recording each setting before its first change", () => {
    expect(brief(planPreparation(untouched, wanted))).toEqual([
      "create-ledger",
      ...ROLE_RECORDS,
      "record enforce_gtid_consistency",
      "enforce_gtid_consistency=WARN",
      "watch-consistency",
      "enforce_gtid_consistency=ON",
      "record gtid_mode",
      "gtid_mode=OFF_PERMISSIVE",
      "gtid_mode=ON_PERMISSIVE",
      "await-no-anonymous",
      "rotate-binlog",
      "gtid_mode=ON",
      "record binlog_expire_logs_seconds",
      "binlog_expire_logs_seconds=86400",
      "create-account",
      "grant",
    ]);
  });

  it("goes on where a killed run stopped", () => {
    const halfway: ObservedSource = {
      ...untouched,
      gtidConsistency: "WARN",
      gtidMode: "OFF_PERMISSIVE",
      binlogExpiry: { seconds: 0, days: 0, autoPurge: true },
      account: { exists: true, isGranted: false },
    };
    expect(brief(planPreparation(halfway, wanted))).toEqual([
      "create-ledger",
      ...ROLE_RECORDS,
      "record enforce_gtid_consistency",
      "watch-consistency",
      "enforce_gtid_consistency=ON",
      "record gtid_mode",
      "gtid_mode=ON_PERMISSIVE",
      "await-no-anonymous",
      "rotate-binlog",
      "gtid_mode=ON",
      "set-account-password",
      "grant",
    ]);
  });

  const prepared: ObservedSource = {
    ...untouched,
    gtidMode: "ON",
    gtidConsistency: "ON",
    binlogExpiry: { seconds: 86_400, days: 0, autoPurge: true },
    account: { exists: true, isGranted: true },
    ledger: { settings: roleSettings, accounts: [] },
  };

  it.each([
    ["no grant", { isGranted: false, isPasswordKnown: true }],
    ["a password that nobody knows", { isGranted: true, isPasswordKnown: false }],
  ])("gives an account with %s both again", (_lack, { isGranted, isPasswordKnown }) => {
    const steps = planPreparation(
      { ...prepared, account: { exists: true, isGranted } },
      { ...wanted, isPasswordKnown },
    );
    expect(brief(steps)).toEqual(["create-ledger", "set-account-password", "grant"]);
  });

  describe("on 8.0 with expire_logs_days", () => {
    const setting = (name: "expire_logs_days", value: string) => ({ name, value, persisted: null });
    const known = { ...wanted, isPasswordKnown: true, binlogRetentionSeconds: 604_800 };
    const withDays = (days: number, settings: ObservedSource["ledger"]["settings"] = []) =>
      brief(
        planPreparation(
          {
            ...prepared,
            binlogExpiry: { seconds: 0, days, autoPurge: true },
            ledger: { settings: [...roleSettings, ...settings], accounts: [] },
          },
          known,
        ),
      );

    it("takes the days away first, because the server refuses seconds while there are any", () => {
      expect(withDays(1)).toEqual([
        "create-ledger",
        "record expire_logs_days",
        "expire_logs_days=0",
        "record binlog_expire_logs_seconds",
        "binlog_expire_logs_seconds=604800",
      ]);
    });

    it("goes on where a run was killed after that", () => {
      expect(withDays(0, [setting("expire_logs_days", "1")])).toEqual([
        "create-ledger",
        "record binlog_expire_logs_seconds",
        "binlog_expire_logs_seconds=604800",
      ]);
    });

    it("changes nothing where the days are enough", () => expect(withDays(7)).toEqual([]));
  });

  it("does nothing to a prepared source", () => {
    expect(planPreparation(prepared, { ...wanted, isPasswordKnown: true })).toEqual([]);
  });

  it("forgets the journal of a finished migration that brought the data here", () => {
    expect(brief(planPreparation({ ...untouched, hasFinalJournal: true }, wanted)).slice(0, 2)).toEqual([
      "create-ledger",
      "drop-journal",
    ]);
  });
});

describe("planRestoration", () => {
  const binlogExpiry = { seconds: 86_400, days: 0, autoPurge: true };
  const current = { gtidMode: "ON", gtidConsistency: "ON", binlogExpiry } as const;

  it("gives back what the ledger holds, in the reverse order", () => {
    const settings = [
      { name: "enforce_gtid_consistency", value: "OFF", persisted: null },
      { name: "gtid_mode", value: "OFF", persisted: "OFF" },
      { name: "binlog_expire_logs_seconds", value: "7200", persisted: null },
    ] as const;
    const steps = planRestoration(current, { settings, accounts: [{ user: "repl", host: "10.%" }] });
    expect(brief(steps)).toEqual([
      "drop-account",
      "gtid_mode=ON_PERMISSIVE",
      "gtid_mode=OFF_PERMISSIVE",
      "await-no-gtid",
      "gtid_mode=OFF",
      "enforce_gtid_consistency=OFF",
      "binlog_expire_logs_seconds=7200",
      "forget",
      "forget",
      "forget",
      "drop-ledger",
    ]);
  });

  it("gives back the days of 8.0 after the seconds are gone", () => {
    const settings = [
      { name: "expire_logs_days", value: "1", persisted: null },
      { name: "binlog_expire_logs_seconds", value: "0", persisted: null },
    ] as const;
    expect(brief(planRestoration(current, { settings, accounts: [] }))).toEqual([
      "binlog_expire_logs_seconds=0",
      "expire_logs_days=1",
      "forget",
      "forget",
      "drop-ledger",
    ]);
  });

  it("touches no setting that preparation did not change", () => {
    expect(brief(planRestoration(current, { settings: [], accounts: [] }))).toEqual(["drop-ledger"]);
  });
});
