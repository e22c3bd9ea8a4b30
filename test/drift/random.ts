import { createHash } from "node:crypto";

/** Numbers that follow from a seed alone (sfc32 by C. Doty-Humphrey), with the choices that generators make of them. */
export class Random {
  private readonly state: Uint32Array;

  constructor(private readonly seed: string) {
    const digest = createHash("sha256").update(seed).digest();
    this.state = Uint32Array.from({ length: 4 }, (_, index) => digest.readUInt32LE(index * 4));
  }

  /** Independent of what is drawn from this one: a change in one part of a generator leaves the others as they were. */
  fork(name: string): Random {
    return new Random(`${this.seed}/${name}`);
  }

  /** 0 to `limit` - 1. */
  below(limit: number): number {
    return Math.floor((this.next() / 2 ** 32) * limit);
  }

  between(least: number, most: number): number {
    return least + this.below(most - least + 1);
  }

  chance(probability: number): boolean {
    return this.next() < probability * 2 ** 32;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new Error("nothing to pick from");
    return items[this.below(items.length)] as T;
  }

  /** `count` different items, or all where there are fewer, in any order. */
  some<T>(items: readonly T[], count: number): T[] {
    const left = [...items];
    return Array.from({ length: Math.min(count, items.length) }, () => {
      const [item] = left.splice(this.below(left.length), 1);
      return item as T;
    });
  }

  private next(): number {
    const { state } = this;
    const [a = 0, b = 0, c = 0, counter = 0] = state;
    const result = (a + b + counter) >>> 0;
    state[3] = counter + 1;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) >>> 0;
    state[2] = (((c << 21) | (c >>> 11)) + result) >>> 0;
    return result;
  }
}
