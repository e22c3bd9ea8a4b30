import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { wrapperScript } from "../../../toolchain/program-wrapper.js";

describe("wrapperScript", () => {
  it("becomes the user's own program", () => {
    expect(wrapperScript({ name: "mysql", program: "/opt/my sql/bin/mysql" })).toBe(
      "#!/bin/sh\nexec '/opt/my sql/bin/mysql' \"$@\"\n",
    );
  });

  it("goes through the loader of a root directory, with its own options after what must come first", () => {
    const text = wrapperScript({
      name: "mysqld",
      program: "/r/usr/sbin/mysqld",
      loader: { path: "/r/lib/ld-linux-aarch64.so.1", libraryDirectories: ["/r/lib/a", "/r/lib/b"] },
      isCalledAsWrapper: true,
      options: ["--basedir=/r/usr"],
    });
    expect(text).toBe(
      `#!/bin/sh\nfirst=\${1:-}\nif [ $# -gt 0 ]; then shift; fi\nexec /r/lib/ld-linux-aarch64.so.1 --library-path /r/lib/a:/r/lib/b --argv0 "$0" /r/usr/sbin/mysqld` +
        ` \${first:+"$first"} --basedir=/r/usr "$@"\n`,
    );
  });

  it("gives an interpreter its script before the caller's words, and its environment", () => {
    const text = wrapperScript({
      name: "tool",
      program: "/r/usr/bin/perl",
      leadingArguments: ["/r/usr/bin/tool"],
      environment: { PERL5LIB: "/r/a:/r/b c" },
    });
    expect(text).toBe("#!/bin/sh\nexport PERL5LIB='/r/a:/r/b c'\nexec /r/usr/bin/perl /r/usr/bin/tool \"$@\"\n");
  });

  describe("run by a shell", () => {
    let folder = "";
    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), "ferry wrapper's-"));
    });
    afterEach(() => rmSync(folder, { recursive: true }));

    it("passes every argument on unchanged and keeps the process id", () => {
      const program = join(folder, "program");
      const wrapper = join(folder, "wrapper");
      writeFileSync(program, '#!/bin/sh\necho $$ $PPID\nfor word; do printf "<%s>" "$word"; done\n');
      writeFileSync(wrapper, wrapperScript({ name: "program", program, options: ["--own=a b"] }));
      for (const path of [program, wrapper]) chmodSync(path, 0o755);

      const printed = execFileSync(wrapper, ["--defaults-file=/a b", "", "$HOME", "it's", "*"], { encoding: "utf8" });
      const [ids, words] = printed.split("\n");
      expect(words).toBe("<--defaults-file=/a b><--own=a b><><$HOME><it's><*>");
      expect(ids?.split(" ")[1]).toBe(String(process.pid));
    });
  });
});
