/** Runs `work` while holding the lock file; a lock whose process is gone is taken over. */
export function withLock<T>(path: string, progress: (line: string) => void, work: () => Promise<T>): Promise<T>;
