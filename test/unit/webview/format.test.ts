import assert from "node:assert/strict";
import {
  correlation,
  count,
  logs,
  number,
  parameters,
  percent,
  probability,
} from "../../../webview/shared/format";

function check<T>(show: (value: T) => string, table: readonly (readonly [T, string])[]): void {
  for (const [value, words] of table) assert.equal(show(value), words);
}

describe("numbers in pages", () => {
  it("have three significant digits and a typographic minus", () => {
    check(number, [
      [0, "0"],
      [1, "1.00"],
      [-12.345, "−12.3"],
      [0.031249, "0.0312"],
      [999.4, "999"],
      [1234.5, "1235"],
      [0.00001234, "1.23e−5"],
      [-2.5e7, "−2.50e7"],
      [Infinity, "∞"],
      [-Infinity, "−∞"],
      [NaN, "–"],
    ]);
    assert.equal(number(null), "–");
    assert.equal(number(undefined), "–");
  });

  it("show probabilities as percent, and never as certain what is not", () => {
    check(percent, [
      [0, "0%"],
      [1, "100%"],
      [0.5, "50.0%"],
      [0.9994, "99.9%"],
      [0.99951, ">99.9%"],
      [0.9999999, ">99.9%"],
      [0.000312, "0.0312%"],
      [1.2e-7, "<0.0001%"],
      [0.1, "10.0%"],
    ]);
    check(probability, [
      [0, "100%"],
      [Math.log(0.25), "25.0%"],
      [-Infinity, "0%"],
    ]);
  });

  it("name their unit", () => {
    assert.equal(logs(2.3025), "2.30 nats");
    assert.equal(logs(null), "–");
  });

  it("keep all digits of counts", () => {
    check(count, [
      [1, "1"],
      [50257, "50\u202f257"],
      [1234567, "1\u202f234\u202f567"],
    ]);
    check(parameters, [
      [260032, "260 K"],
      [2_660_000, "2.66 M"],
      [1_240_000_000, "1.24 B"],
    ]);
  });

  it("show correlations with two decimals", () => {
    check(correlation, [
      [-0.004, "0.00"],
      [-0.006, "−0.01"],
      [0.814, "0.81"],
      [-0.321, "−0.32"],
      [0, "0.00"],
    ]);
  });
});
