import { systemctl } from "../doubles/systemctl/tool.js";
import { systemdRun, type Unit } from "../doubles/systemd-run/tool.js";
import { type Outcome, testContract, type WrongCall } from "./contract.js";

function run(words: readonly string[], loaded: readonly string[] = []): Outcome & { readonly unit: Unit | undefined } {
  const output: string[] = [];
  let unit: Unit | undefined;
  const exitCode = systemdRun(words, {
    environment: {},
    findExecutable: (name) => (name === "no-such-program" ? undefined : name),
    isLoaded: (name) => loaded.includes(name),
    start: (started) => {
      unit = started;
    },
    log: (line) => output.push(line),
  });
  return { exitCode, output: output.join("\n"), unit };
}

function show(words: readonly string[]): Outcome {
  const output: string[] = [];
  const manager = {
    mainPid: () => undefined,
    print: (text: string) => output.push(text),
    log: (line: string) => output.push(line),
  };
  return { exitCode: systemctl(words, manager), output: output.join("\n") };
}

const wrong = (call: string, words: readonly string[], says: string, loaded?: readonly string[]): WrongCall => ({
  call,
  run: () => run(words, loaded),
  exitCode: 1,
  says,
});

testContract({
  double: "systemd-run",
  rules: [
    {
      rule: "options are those of getopt_long(3)",
      source: "systemd src/run/run.c parse_argv(); measured with systemd 252",
      wrong: [
        wrong("an option that it has not", ["--detach", "true"], "systemd-run: unrecognized option '--detach'"),
        wrong("no argument where one is required", ["--unit"], "systemd-run: option '--unit' requires an argument"),
        wrong(
          "an argument where none is allowed",
          ["--quiet=yes", "true"],
          "option '--quiet' doesn't allow an argument",
        ),
        wrong("the beginning of several names", ["--on-unit=5", "true"], "is ambiguous"),
        wrong(
          "an option of a later release",
          ["--expand-environment=no", "true"],
          "unrecognized option '--expand-environment'",
        ),
        wrong("no command", ["--quiet"], "Command line to execute required."),
      ],
    },
    {
      rule: "a variable has a name that a shell would take",
      source: "systemd src/basic/env-util.c strv_env_replace_strdup_passthrough(); measured with systemd 252",
      wrong: [
        wrong(
          "a name that begins with a digit",
          ["--setenv=1A=b", "true"],
          "Cannot assign environment variable 1A=b: Invalid argument",
        ),
        wrong("no name", ["--setenv==x", "true"], "Cannot assign environment variable =x: Invalid argument"),
      ],
    },
    {
      rule: "a unit is made once, and its program is there",
      source: "systemd src/run/run.c start_transient_service(); src/core/dbus-manager.c transient_unit_from_message()",
      wrong: [
        wrong(
          "a name that is taken",
          ["--unit=job", "true"],
          "Unit job.service was already loaded or has a fragment file.",
          ["job.service"],
        ),
        wrong("a name that is none", ["--unit=a b", "true"], "Failed to mangle unit name"),
        wrong("a program that is not there", ["no-such-program"], "Failed to find executable no-such-program"),
      ],
    },
  ],
  right: [
    {
      // src/basic/env-util.c replace_env_argv(), systemd.service(5).
      call: "a script, whose dollar signs are the service manager's",
      run: () => {
        const { exitCode, unit } = run(["--setenv=A=1", "sh", "-c", `echo \${A} $$ \${B}`, "$A"]);
        return { exitCode, output: JSON.stringify(unit?.argv) };
      },
      says: '["sh","-c","echo 1 $ ","1"]',
    },
    {
      call: "a command",
      run: () => run(["--quiet", "--collect", "--unit=gtid-ferry-1", "--setenv=PATH=/bin", "/bin/sh", "-c", "true"]),
    },
    { call: "the beginning of a name, and what follows --", run: () => run(["--quie", "--", "true", "--detach"]) },
  ],
});

testContract({
  double: "systemctl",
  rules: [
    {
      rule: "verbs and options are its own",
      source: "systemd src/systemctl/systemctl.c",
      wrong: [
        {
          call: "a verb that it has not",
          run: () => show(["pid", "job.service"]),
          exitCode: 1,
          says: "Unknown command verb pid.",
        },
        {
          call: "an option that it has not",
          run: () => show(["show", "--main-pid", "job.service"]),
          exitCode: 1,
          says: "unrecognized option '--main-pid'",
        },
      ],
    },
  ],
  right: [
    {
      call: "a unit that is not there, whose MainPID is 0",
      run: () => show(["show", "--property=MainPID", "job.service"]),
    },
  ],
});
