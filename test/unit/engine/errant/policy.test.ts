import { expect, it } from "vitest";
import { ERRANT_CLASSES, type ErrantClass } from "../../../../engine/errant/classify.js";
import { offeredRepairs, type RepairSituation } from "../../../../engine/errant/policy.js";

const NORMAL: RepairSituation = { primaryIsReachable: true, allDataIsEqual: false };
const COMPARED: RepairSituation = { primaryIsReachable: true, allDataIsEqual: true };
const ALONE: RepairSituation = { primaryIsReachable: false, allDataIsEqual: false };

/** `!` is to be confirmed; the first is recommended. */
it.each<[ErrantClass, RepairSituation, string[]]>([
  ["harmless", NORMAL, ["inject-empty", "reset!"]],
  ["equal", NORMAL, ["inject-empty", "reset!"]],
  ["changed", NORMAL, ["reconcile!", "rebuild!", "inject-empty!", "reset!"]],
  ["unknown", NORMAL, ["rebuild!"]],
  ["harmless", COMPARED, ["inject-empty", "reset!"]],
  ["equal", COMPARED, ["inject-empty", "reset!"]],
  ["changed", COMPARED, ["inject-empty", "reset!"]],
  ["unknown", COMPARED, ["rebuild!", "reset!"]],
  ["harmless", ALONE, ["inject-empty"]],
  ["equal", ALONE, ["inject-empty"]],
  ["changed", ALONE, ["inject-empty!"]],
  ["unknown", ALONE, []],
])("offers for %s in %o", (errantClass, situation, expected) => {
  const offers = offeredRepairs(errantClass, situation);
  expect(offers.map(({ method, needsConfirmation }) => method + (needsConfirmation ? "!" : ""))).toEqual(expected);
  expect(offers.map(({ isRecommended }) => isRecommended)).toEqual(expected.map((_, index) => index === 0));
});

it("lets changed data pass without a confirmation only when all data were compared", () => {
  for (const errantClass of ERRANT_CLASSES) {
    const free = offeredRepairs(errantClass, NORMAL).filter(({ needsConfirmation }) => !needsConfirmation);
    expect(free.map(({ method }) => method)).toEqual(
      errantClass === "harmless" || errantClass === "equal" ? ["inject-empty"] : [],
    );
  }
});
