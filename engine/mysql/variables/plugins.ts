import type { VariablePolicy } from "./policy.js";

/** Variables of plugins and components, by the beginning of their names: there are some only where these are loaded. */
export const PLUGIN_POLICIES: readonly (readonly [prefix: string, policy: VariablePolicy])[] = [
  ["validate_password", { kind: "carried", why: "passwords would be held to other rules" }],
  ["connection_control_", { kind: "carried", why: "failed logins would be slowed down otherwise" }],
  [
    "rpl_semi_sync_",
    {
      kind: "compared",
      why: "commits would wait, or not, for a replica's acknowledgement; it belongs to who the primary is",
      severity: "warning",
    },
  ],
  [
    "authentication_",
    { kind: "compared", why: "accounts of that plugin could not log in, or as others", severity: "warning" },
  ],
  ["audit_log", { kind: "compared", why: "other events would be audited, or to another place", severity: "warning" }],
  ["mysql_firewall", { kind: "compared", why: "other statements would be let through", severity: "warning" }],
  ["rewriter_", { kind: "compared", why: "statements would be rewritten, or not", severity: "warning" }],
  ["mysqlx_", { kind: "irrelevant", why: "the X Protocol is a finding of its own" }],
  ["clone_", { kind: "irrelevant", why: "it is about how a copy is made" }],
  ["group_replication_", { kind: "irrelevant", why: "it is about how this server replicates" }],
  ["keyring_", { kind: "irrelevant", why: "preflight has a check of its own for the keyring" }],
  ["thread_pool_", { kind: "irrelevant", why: "threads are the machine's" }],
  ["ndb", { kind: "irrelevant", why: "NDB Cluster is not what is moved" }],
  ["telemetry", { kind: "irrelevant", why: "it is about what an operator sees" }],
];
