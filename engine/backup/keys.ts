/** Where one backup lies in its bucket. */
export interface BackupKeys {
  readonly object: string;
  /** Written last; without it there is no backup. */
  readonly manifest: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/;

/** Keys of a backup: `prefix/database/backupId/...`. Slashes around the prefix do not matter; it may be empty. */
export function backupKeys(prefix: string, database: string, backupId: string): BackupKeys {
  for (const [what, name] of Object.entries({ database, backupId })) {
    if (!NAME.test(name)) {
      throw new Error(`${what} is ${JSON.stringify(name)}: use letters, digits, dot, dash and underscore`);
    }
  }
  const folder = [...prefix.split("/").filter((part) => part !== ""), database, backupId].join("/");
  return { object: `${folder}/archive.zst`, manifest: `${folder}/manifest.json` };
}

/** The backup's id in a manifest's key. */
export function backupIdOf(manifestKey: string): string {
  const id = /(?:^|\/)([^/]+)\/manifest\.json$/.exec(manifestKey)?.[1];
  if (id === undefined || !NAME.test(id)) {
    throw new Error(`not the key of a manifest: ${JSON.stringify(manifestKey)}`);
  }
  return id;
}
