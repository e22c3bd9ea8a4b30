/** The steps of a failover in their order. */
export const FAILOVER_STEPS = ["confirm", "stop", "choose", "drain", "collect", "promote", "lead", "follow"] as const;
export type FailoverStep = (typeof FAILOVER_STEPS)[number];

export interface TimedFailoverStep {
  readonly step: FailoverStep;
  readonly seconds: number;
}

/** Is told when a step begins and may hold it up: a test's way to let something happen just there. */
export type FailoverListener = (step: FailoverStep) => Promise<void> | void;

/** How long each step took. */
export class StepTimes {
  readonly steps: TimedFailoverStep[] = [];

  constructor(private readonly listener: FailoverListener = () => {}) {}

  async run<T>(step: FailoverStep, work: () => Promise<T>): Promise<T> {
    await this.listener(step);
    const begin = performance.now();
    try {
      return await work();
    } finally {
      this.steps.push({ step, seconds: Math.round(performance.now() - begin) / 1000 });
    }
  }
}
