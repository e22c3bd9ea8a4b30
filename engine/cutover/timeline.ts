/** The steps of a switchover in their order, as a timeline and a test name them. */
export const STEPS = [
  "check",
  "rehearse",
  "arm",
  "hold",
  "fence",
  "cut",
  "catch-up",
  "disarm",
  "commit",
  "lead",
  "follow",
] as const;
export type Step = (typeof STEPS)[number];

export interface TimedStep {
  readonly step: Step;
  readonly milliseconds: number;
}

/** Is told when a step begins and may hold it up: a test's way to let something happen just there. */
export type StepListener = (step: Step) => Promise<void> | void;

/** How long each step took, in the order of their beginning. Steps may overlap. */
export class Timeline {
  private readonly timed: TimedStep[] = [];

  constructor(private readonly listener: StepListener = () => {}) {}

  async run<T>(step: Step, work: () => Promise<T>): Promise<T> {
    await this.listener(step);
    const start = performance.now();
    try {
      return await work();
    } finally {
      this.timed.push({ step, milliseconds: roundMilliseconds(performance.now() - start) });
    }
  }

  get steps(): readonly TimedStep[] {
    return this.timed;
  }
}

export function roundMilliseconds(value: number): number {
  return Math.round(value * 1000) / 1000;
}
