import { describe, expect, it } from "vitest";
import { ConnectionLostError } from "../../../../engine/hosts/connection-lost.js";
import { patientHost } from "../../../../engine/hosts/patient-host.js";

const lost = new ConnectionLostError({ failed: "a", where: "b", seen: "c", wanted: "d", next: "e" });

function hostThat(...answers: (string | Error)[]) {
  const lines: string[] = [];
  const next = async () => {
    const answer = answers.shift();
    if (answer instanceof Error) throw answer;
    return answer;
  };
  const host = { name: "host", readFile: next, isRunning: async () => true, stop: async () => undefined };
  const patient = (timeoutSeconds: number) =>
    patientHost(host, { timeoutSeconds, pauseSeconds: 0, progress: (line) => lines.push(line) });
  return { patient, lines };
}

describe("patientHost", () => {
  it("tries again until the connection is there, and says so once", async () => {
    const { patient, lines } = hostThat(lost, lost, lost, "text");
    expect(await patient(60).readFile("/x")).toBe("text");
    expect(lines).toEqual(["connection to host lost, connecting again for up to 60 s", "host is there again"]);
  });

  it("gives up when its time is over", async () => {
    const { patient, lines } = hostThat(lost, "text");
    await expect(patient(0).readFile("/x")).rejects.toBe(lost);
    expect(lines).toHaveLength(1);
  });

  it("passes every other error on at once", async () => {
    const { patient, lines } = hostThat(new Error("no such thing"), "text");
    await expect(patient(60).readFile("/x")).rejects.toThrow("no such thing");
    expect(lines).toEqual([]);
  });
});
