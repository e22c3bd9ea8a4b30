/** What happened when, in seconds after the start; also told line by line as it happens. */
export class DemoTimeline {
  readonly events: { readonly seconds: number; readonly event: string }[] = [];
  private readonly startedAt = Date.now();

  /** One line on the terminal. */
  readonly say = (line: string): void => {
    console.log(`${this.seconds.toFixed(1).padStart(6)} s  ${line}`);
  };

  /** One line on the terminal, and one in the timeline at the end. */
  readonly mark = (event: string): void => {
    this.events.push({ seconds: this.seconds, event });
    this.say(event);
  };

  get seconds(): number {
    return (Date.now() - this.startedAt) / 1000;
  }
}
