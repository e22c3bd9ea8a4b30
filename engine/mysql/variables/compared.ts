import type { ComparedGroup } from "./policy.js";

/** What these have everywhere, whoever is said to have set them: the server itself sets some of them when it starts. */
export const USUAL_VALUES: Readonly<Record<string, string>> = {
  default_collation_for_utf8mb4: "utf8mb4_0900_ai_ci",
  foreign_key_checks: "ON",
  unique_checks: "ON",
  sql_auto_is_null: "OFF",
  sql_big_selects: "ON",
  sql_safe_updates: "OFF",
  sql_select_limit: "18446744073709551615",
  transaction_read_only: "OFF",
  init_connect: "",
  replica_exec_mode: "STRICT",
};

/** Should be the same, and cannot be handed over by a line in my.cnf. */
export const COMPARED: readonly ComparedGroup[] = [
  {
    why: "the data can only be read with the value that they were made with",
    names: "lower_case_table_names innodb_page_size",
    severity: "blocker",
  },
  {
    why: "a replica that is IDEMPOTENT passes over rows that differ; a repair that was killed leaves it so",
    names: "replica_exec_mode",
    severity: "blocker",
  },
  {
    why: "a server where it is ON applies nothing (error 13117), which both have to do in turn",
    names: "transaction_read_only",
  },
  {
    why: "no option sets it: a value that was set at run time does not come along",
    names: `default_collation_for_utf8mb4 foreign_key_checks unique_checks sql_auto_is_null sql_big_selects
      sql_safe_updates sql_select_limit`,
  },
  {
    why: "it runs at every login, for the replication account too",
    names: "init_connect",
  },
  {
    why: "with time_zone SYSTEM, NOW() would read differently",
    names: "system_time_zone",
  },
  {
    why: "new accounts would authenticate differently; a plugin that the target lacks would keep it from starting",
    names: "authentication_policy",
  },
  {
    why: "clients that are used to the source's protocols and ciphers could not connect",
    names: "tls_version tls_ciphersuites ssl_cipher ssl_fips_mode",
  },
  {
    why: "full-text indexes would leave out other words; the table or file that it names has to be there first",
    names: "innodb_ft_server_stopword_table innodb_ft_user_stopword_table ft_stopword_file",
  },
  {
    why: "full-text searches in boolean mode would be read otherwise; its value has quotes",
    names: "ft_boolean_syntax",
  },
  {
    why: "the optimizer would choose other plans",
    names: "optimizer_switch",
  },
  {
    why: "new tables would be encrypted, or not; it needs a keyring",
    names: "default_table_encryption",
  },
];
