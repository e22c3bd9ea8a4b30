import { text } from "node:stream/consumers";
import { type FailoverRequest, type FailoverStep, failover } from "@gtid-ferry/engine/failover";

export interface HeldOrder {
  readonly request: FailoverRequest;
  readonly holdAt?: FailoverStep;
}

/** A failover that comes to one of its steps and never further, if one is named; its order is standard input. */
async function main(): Promise<void> {
  const { request, holdAt }: HeldOrder = JSON.parse(await text(process.stdin));
  const result = await failover(request, [], console.error, (step) => {
    if (step !== holdAt) return;
    console.log("held");
    return new Promise(() => setInterval(() => undefined, 1000));
  });
  console.log(JSON.stringify(result));
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
