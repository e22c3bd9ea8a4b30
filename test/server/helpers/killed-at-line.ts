import type { ChildProcessWithoutNullStreams } from "node:child_process";

/** SIGKILL when a program prints its `line`th line of progress; false when it had ended before, whatever came of it. */
export async function killedAtLine(child: ChildProcessWithoutNullStreams, line: number): Promise<boolean> {
  let printed = "";
  child.stderr.on("data", (data) => {
    printed += String(data);
    if (printed.split("\n").length > line) child.kill("SIGKILL");
  });
  child.stdout.resume();
  return new Promise((done, fail) => {
    child.once("error", fail);
    child.once("close", (_code, signal) => done(signal === "SIGKILL"));
  });
}
