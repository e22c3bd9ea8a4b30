import { expect, test } from "vitest";
import { parseSettings, port, positive, sourceOrTarget } from "../../../lab/commands/arguments.js";
import { serverDirectory } from "../../../lab/lab.js";

test("settings are name=value, and a value may hold an equals sign", () => {
  expect(parseSettings(["gtid_mode=ON", "init-connect=SET @a=1"])).toEqual({
    gtid_mode: "ON",
    "init-connect": "SET @a=1",
  });
  expect(() => parseSettings(["gtid_mode"])).toThrow("not name=value: gtid_mode");
});

test("numbers are whole and above zero", () => {
  expect(positive("300")).toBe(300);
  for (const wrong of ["0", "-1", "1.5", "x", ""]) expect(() => positive(wrong)).toThrow("not a whole number");
  expect(() => port("70000")).toThrow("not a port");
});

test("only two servers can be checked", () => {
  expect(sourceOrTarget("target")).toBe("target");
  expect(() => sourceOrTarget("replica")).toThrow("neither source nor target");
});

test("a server's name can neither leave the lab nor take another thing's place", () => {
  expect(serverDirectory("second")).toMatch(/\.ferry\/lab\/second$/);
  for (const wrong of ["../x", "a/b", "", "s3", "workload", "Source"]) {
    expect(() => serverDirectory(wrong)).toThrow("naming a server");
  }
  expect(() => serverDirectory("target")).toThrow("pulumi up starts the target");
});
