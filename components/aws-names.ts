/**
 * How things in AWS are called, so that many migrations live in the same accounts:
 * - IAM role of the target's pods: `irsa_role_db_replication_DATABASE`
 * - inline policies: `gtid-ferry-DATABASE-NOUN`
 * - tag `Name` of everything that has tags: `gtid-ferry-DATABASE-NOUN`, beside `gtid-ferry:database` = DATABASE
 */
export function irsaRoleName(database: string): string {
  return `irsa_role_db_replication_${database}`;
}

export function awsName(database: string, noun: string): string {
  return `gtid-ferry-${database}-${noun}`;
}

export function awsTags(database: string, noun: string): Record<string, string> {
  return { Name: awsName(database, noun), "gtid-ferry:database": database };
}
