import { FerryError } from "../operation/index.js";

/** `host` is its name. */
export function cannotStart(host: string, program: string, seen: string, cause?: unknown): FerryError {
  return new FerryError(
    {
      failed: `starting ${program}`,
      where: host,
      seen,
      wanted: "a program that can be run",
      next: "install it, or give its path",
    },
    { cause },
  );
}

export function tooSlow(host: string, program: string, timeoutSeconds: number, stderr: string): FerryError {
  return new FerryError({
    failed: `running ${program}`,
    where: host,
    seen: `no end after ${timeoutSeconds} s; it was killed. ${stderr.slice(-2000)}`.trim(),
    wanted: "its end within that time",
    next: "look for what it waits for, then run again",
  });
}
