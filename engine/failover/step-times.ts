/** The steps of a failover in their order. */
export const FAILOVER_STEPS = ["confirm", "stop", "choose", "drain", "collect", "promote", "lead", "follow"] as const;
export type FailoverStep = (typeof FAILOVER_STEPS)[number];

export interface TimedFailoverStep {
  readonly step: FailoverStep;
  readonly seconds: number;
}

/** Is told when a step begins and may hold it up: a test's way to let something happen just there. */
export type FailoverListener = (step: FailoverStep) => Promise<void> | void;

/** How long each step took, and all of them from the time when this was made. */
export class StepTimes {
  readonly steps: TimedFailoverStep[] = [];
  private readonly begin = performance.now();

  constructor(private readonly listener: FailoverListener = () => {}) {}

  async run<T>(step: FailoverStep, work: () => Promise<T>): Promise<T> {
    await this.listener(step);
    const begin = performance.now();
    try {
      return await work();
    } finally {
      this.steps.push({ step, seconds: secondsSince(begin) });
    }
  }

  get seconds(): number {
    return secondsSince(this.begin);
  }
}

function secondsSince(begin: number): number {
  return Math.round(performance.now() - begin) / 1000;
}
