import { quoteAccount, quoteIdentifier, quoteString } from "@gtid-ferry/engine/mysql";
import { grantTo, makeAccount } from "../generate/accounts.js";
import type { AccountPlan, Change, Finding, ServerSide, World } from "../model.js";
import { ownerKey } from "../owners.js";
import type { Random } from "../random.js";

interface Edit {
  readonly kind: string;
  readonly statements: readonly string[];
  readonly expected: readonly (readonly Finding[])[];
}

/** What one side has of an account that the other has not, or otherwise. */
export function changeAccount(random: Random, world: World, side: ServerSide): Change {
  const [account] = random.some(world.accounts, 1);
  const fresh = makeAccount(random, 900 + random.below(99), world);
  const isNew = account === undefined || random.chance(0.15);
  const meant = isNew ? fresh : account;
  const edit = isNew
    ? { kind: "account added", statements: fresh.statements, expected: [about("account", fresh)] }
    : random.pick(editsOf(random, account, world));
  return { ...edit, side, owners: [ownerKey("account", meant.user, meant.host)], reserves: { rows: [] } };
}

const about = (kind: string, { user, host }: AccountPlan): Finding[] => [{ kind, parts: [user, host] }];

function editsOf(random: Random, account: AccountPlan, world: World): Edit[] {
  const name = quoteAccount(account);
  const alter = (text: string) => [`ALTER USER ${name} ${text}`];
  const [itself, granted] = [about("account", account), about("grants of", account)];
  const edits: Edit[] = [
    { kind: "account dropped", statements: [`DROP USER ${name}`], expected: [itself] },
    { kind: "account comment", statements: alter(`COMMENT ${quoteString("changed: it's")}`), expected: [itself] },
    { kind: "account attribute", statements: alter(`ATTRIBUTE '{"changed": [1, "b"]}'`), expected: [itself] },
    { kind: "account limit", statements: alter("WITH MAX_QUERIES_PER_HOUR 17"), expected: [itself] },
    { kind: "account TLS", statements: alter("REQUIRE SUBJECT '/CN=a b'"), expected: [itself] },
    { kind: "account lock", statements: alter(random.pick(["ACCOUNT LOCK", "ACCOUNT UNLOCK"])), expected: [] },
    { kind: "password expired", statements: alter("PASSWORD EXPIRE"), expected: [] },
    {
      kind: "password policy",
      statements: alter("PASSWORD HISTORY 3 PASSWORD REUSE INTERVAL 10 DAY"),
      expected: [itself],
    },
    { kind: "grant", statements: [grantTo(random, account, world)], expected: [] },
    { kind: "grant", statements: [`GRANT AUDIT_ABORT_EXEMPT ON *.* TO ${name}`], expected: [granted] },
    {
      kind: "grant option",
      statements: [`GRANT XA_RECOVER_ADMIN ON *.* TO ${name} WITH GRANT OPTION`],
      expected: [granted],
    },
    { kind: "grants revoked", statements: [`REVOKE ALL PRIVILEGES, GRANT OPTION FROM ${name}`], expected: [] },
    {
      kind: "role granted",
      statements: ["CREATE ROLE IF NOT EXISTS 'new role'", `GRANT 'new role' TO ${name}`],
      expected: [granted],
    },
    {
      kind: "default role",
      statements: [
        "CREATE ROLE IF NOT EXISTS 'new role'",
        `GRANT 'new role' TO ${name} WITH ADMIN OPTION`,
        `SET DEFAULT ROLE ALL TO ${name}`,
      ],
      expected: [granted],
    },
    {
      kind: "pattern granted",
      statements: [`GRANT SELECT ON ${quoteIdentifier("a_b\\_c%")}.* TO ${name}`],
      expected: [granted],
    },
  ];
  if (account.isRole) return edits;
  return [
    ...edits,
    { kind: "password", statements: alter("IDENTIFIED BY 'another'"), expected: [itself] },
    {
      kind: "second password",
      statements: alter("IDENTIFIED BY 'another' RETAIN CURRENT PASSWORD"),
      expected: [itself],
    },
    {
      kind: "account renamed",
      statements: [`RENAME USER ${name} TO 'another name'@'%'`],
      expected: [itself, about("account", { ...account, user: "another name", host: "%" })],
    },
  ];
}
