/** How long one step of an operation took. */
export interface TimedStep<Step extends string = string> {
  readonly step: Step;
  readonly milliseconds: number;
}

/** Is told when a step begins and may hold it up: a test's way to let something happen just there. */
export type StepListener<Step extends string = string> = (step: Step) => Promise<void> | void;

/** How long each step took, in the order of their end, and all of them since this was made. Steps may overlap. */
export class Timeline<Step extends string> {
  readonly steps: TimedStep<Step>[] = [];
  private readonly begin = performance.now();

  constructor(private readonly listener: StepListener<Step> = () => {}) {}

  async run<T>(step: Step, work: () => Promise<T>): Promise<T> {
    await this.listener(step);
    const begin = performance.now();
    try {
      return await work();
    } finally {
      this.steps.push({ step, milliseconds: roundMilliseconds(performance.now() - begin) });
    }
  }

  get milliseconds(): number {
    return roundMilliseconds(performance.now() - this.begin);
  }
}

export function roundMilliseconds(value: number): number {
  return Math.round(value * 1000) / 1000;
}
