import assert from "node:assert/strict";
import { measures, scaleOf } from "../../../webview/plots/lensMeasures";
import { logs } from "../../../webview/shared/format";
import { inLogUnit, logUnit, setLogUnit } from "../../../webview/shared/logUnit";

describe("the unit of log-probabilities in pages", () => {
  afterEach(() => setLogUnit("nats"));

  it("is nats at first", () => {
    assert.deepEqual([logUnit(), inLogUnit(2), logs(2)], ["nats", 2, "2.00 nats"]);
  });

  it("turns nats into bits everywhere at once, with its name, and leaves out what is missing", () => {
    setLogUnit("bits");
    assert.equal(logs(Math.LN2 * 3), "3.00 bits");
    assert.deepEqual([inLogUnit(null), inLogUnit(undefined), logs(null)], [null, undefined, "–"]);
  });

  it("is named in legends of what has one, and in no others", () => {
    setLogUnit("bits");
    const named = measures.filter((measure) => measure.label().endsWith(", bits")).map(({ key }) => key);
    assert.deepEqual(named, ["entropy", "kl", "surprisal"]);
    for (const measure of measures) {
      const factor = named.includes(measure.key) ? 1 / Math.LN2 : 1;
      assert.equal(measure.shown(0.25), 0.25 * factor, measure.key);
    }
  });

  it("is that of a scale's ends; where a value lies on it is the same in either", () => {
    const entropy = measures.find(({ key }) => key === "entropy")!;
    const inNats = scaleOf(entropy, [], 4096);
    setLogUnit("bits");
    const inBits = scaleOf(entropy, [], 4096);
    assert.deepEqual([inNats.high, inBits.high], ["8.32", "12.0"]);
    assert.equal(inBits.place(1.5), inNats.place(1.5));
  });
});
