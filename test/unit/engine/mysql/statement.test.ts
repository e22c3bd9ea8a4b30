import { expect, it } from "vitest";
import { Secret, showStatement, statement } from "../../../../engine/mysql/index.js";

it("shows a statement with its values and without its secrets", () => {
  const step = statement("CREATE USER ?@? IDENTIFIED BY ?", "o'brien", "%", new Secret("hunter2"));
  expect(showStatement(step)).toBe("CREATE USER 'o\\'brien'@'%' IDENTIFIED BY '********'");
});
