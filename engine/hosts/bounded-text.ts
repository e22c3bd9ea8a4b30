/** Collects output of which only the last `limitBytes` are kept. */
export class BoundedText {
  private chunks: Buffer[] = [];
  private bytes = 0;

  constructor(private readonly limitBytes: number) {}

  add(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.bytes += chunk.length;
    if (this.bytes > 2 * this.limitBytes) this.shorten();
  }

  toString(): string {
    this.shorten();
    return Buffer.concat(this.chunks).toString("utf8");
  }

  private shorten(): void {
    const kept = Buffer.concat(this.chunks).subarray(-this.limitBytes);
    this.chunks = [Buffer.from(kept)];
    this.bytes = kept.length;
  }
}
