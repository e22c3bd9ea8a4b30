/** Flags by whether they take a value: docker/cli cli/command/container/opts.go, run.go, rm.go, system/info.go (28.2). */
export interface Flags {
  readonly switches: readonly string[];
  readonly values: readonly string[];
  /** One letter to the long name. */
  readonly short: Readonly<Record<string, string>>;
}

export const RUN: Flags = {
  switches: [
    ...["detach", "disable-content-trust", "help", "init", "interactive", "no-healthcheck", "oom-kill-disable"],
    ...["privileged", "publish-all", "quiet", "read-only", "rm", "sig-proxy", "tty", "use-api-socket"],
  ],
  values: [
    ...["add-host", "annotation", "attach", "blkio-weight", "blkio-weight-device", "cap-add", "cap-drop"],
    ...["cgroup-parent", "cgroupns", "cidfile", "cpu-count", "cpu-percent", "cpu-period", "cpu-quota"],
    ...["cpu-rt-period", "cpu-rt-runtime", "cpu-shares", "cpus", "cpuset-cpus", "cpuset-mems", "detach-keys"],
    ...["device", "device-cgroup-rule", "device-read-bps", "device-read-iops", "device-write-bps"],
    ...["device-write-iops", "dns", "dns-option", "dns-search", "domainname", "entrypoint", "env", "env-file"],
    ...["expose", "gpus", "group-add", "health-cmd", "health-interval", "health-retries", "health-start-interval"],
    ...["health-start-period", "health-timeout", "hostname", "io-maxbandwidth", "io-maxiops", "ip", "ip6", "ipc"],
    ...["isolation", "kernel-memory", "label", "label-file", "link", "link-local-ip", "log-driver", "log-opt"],
    ...["mac-address", "memory", "memory-reservation", "memory-swap", "memory-swappiness", "mount", "name"],
    ...["network", "network-alias", "oom-score-adj", "pid", "pids-limit", "platform", "publish", "pull", "restart"],
    ...["runtime", "security-opt", "shm-size", "stop-signal", "stop-timeout", "storage-opt", "sysctl", "tmpfs"],
    ...["ulimit", "user", "userns", "uts", "volume", "volume-driver", "volumes-from", "workdir"],
  ],
  short: {
    ...{
      a: "attach",
      c: "cpu-shares",
      d: "detach",
      e: "env",
      h: "hostname",
      i: "interactive",
      l: "label",
      m: "memory",
    },
    ...{ p: "publish", P: "publish-all", q: "quiet", t: "tty", u: "user", v: "volume", w: "workdir" },
  },
};

export const RM: Flags = {
  switches: ["force", "link", "volumes", "help"],
  values: [],
  short: { f: "force", l: "link", v: "volumes" },
};

export const INFO: Flags = { switches: ["help"], values: ["format"], short: { f: "format" } };

/** What the client refuses by itself; 125 is its own code for that. */
export class Refusal extends Error {
  constructor(
    message: string,
    readonly exitCode: number,
  ) {
    super(message);
  }
}

const BOOLEANS = ["1", "t", "T", "true", "TRUE", "True", "0", "f", "F", "false", "FALSE", "False"];

/** Reads flags as github.com/spf13/pflag does, up to the first word that is none; a beginning of a name is none. */
export function parseFlags(words: readonly string[], flags: Flags) {
  const given: { readonly name: string; readonly value: string }[] = [];
  let at = 0;
  for (; at < words.length; at += 1) {
    const word = words[at] ?? "";
    if (word === "--") {
      at += 1;
      break;
    }
    if (!word.startsWith("-") || word === "-") break;
    const [, dashes = "", label = "", , value] = /^(--?)([^=]*)(=(.*))?$/s.exec(word) ?? [];
    const name = dashes === "--" ? label : (flags.short[label] ?? "");
    if (flags.switches.includes(name)) {
      if (value !== undefined && !BOOLEANS.includes(value)) {
        throw new Refusal(
          `invalid argument "${value}" for "--${name}" flag: strconv.ParseBool: parsing "${value}": invalid syntax`,
          125,
        );
      }
      given.push({ name, value: value ?? "true" });
    } else if (flags.values.includes(name)) {
      if (value === undefined) at += 1;
      const taken = value ?? words[at];
      if (taken === undefined) throw new Refusal(`flag needs an argument: ${dashes}${label}`, 125);
      given.push({ name, value: taken });
    } else {
      const text = dashes === "--" ? `unknown flag: --${label}` : `unknown shorthand flag: '${label[0]}' in ${word}`;
      throw new Refusal(text, 125);
    }
  }
  return { given, rest: words.slice(at) };
}
