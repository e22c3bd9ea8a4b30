import { setTimeout as sleep } from "node:timers/promises";
import type { LoadClient, LoadStep } from "../model.js";
import { tableOwner } from "../owners.js";
import { executedOn, hasWithin } from "./arena.js";
import type { Session } from "./session.js";

const WAIT_SECONDS = 1;

/** Rows that found no room in their table, by `tableOwner` and tag. */
export type LostRows = ReadonlySet<string>;

export function rowId(owner: string, tag: number): string {
  return `${tag} ${owner}`;
}

/** A client's own sessions. */
export interface LoadSessions {
  readonly primary: Session;
  readonly replica: Session;
}

/**
 * Runs clients until `stop`; an error of one ends it, and is thrown by `stop`. After each round a client lets the replica
 * have everything: it may be behind, and not ever more so.
 */
export class Load {
  private isStopping = false;
  private readonly running: Promise<void>[];
  /** Statements that have been run. */
  steps = 0;

  constructor(clients: readonly LoadClient[], sessions: readonly LoadSessions[], lost: LostRows) {
    this.running = clients.map((client, index) => {
      const session = sessions[index];
      if (session === undefined) throw new Error("a client without a session");
      return this.run(
        session,
        client,
        client.steps.filter((step) => isPossible(step, lost)),
      );
    });
    // Seen by `stop`.
    for (const one of this.running) one.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.isStopping = true;
    const ends = await Promise.allSettled(this.running);
    for (const end of ends) if (end.status === "rejected") throw end.reason;
  }

  private async run({ primary, replica }: LoadSessions, client: LoadClient, steps: readonly LoadStep[]): Promise<void> {
    for (let round = 1; steps.length > 0; round += 1) {
      for (const { sql } of steps) {
        if (this.isStopping) return;
        await primary.run(sql.replaceAll("{n}", String(round)));
        this.steps += 1;
        await sleep(client.pauseMilliseconds);
      }
      if (client.isOnce === true) return;
      const executed = await executedOn(primary);
      while (!this.isStopping && !(await hasWithin(replica, executed, WAIT_SECONDS)));
    }
  }
}

function isPossible({ rows }: LoadStep, lost: LostRows): boolean {
  return rows === undefined || rows.tags.every((tag) => !lost.has(rowId(tableOwner(rows.table), tag)));
}
