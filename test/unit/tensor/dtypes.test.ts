import assert from "node:assert/strict";
import { seededRandom } from "../../../src/base/random";
import { bf16ToF32, f16ToF32, f32ToBf16, f32ToF16 } from "../../../src/tensor/dtypes";

const widen = (bits: number, convert: typeof f16ToF32): number => {
  const to = new Float32Array(1);
  convert(Uint16Array.of(bits), to);
  return to[0];
};

/** Half precision by its definition, in double arithmetic. */
function halfByDefinition(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

describe("sixteen-bit floating point", () => {
  it("widens every half-precision number as its definition says", () => {
    for (let bits = 0; bits < 65536; bits++) {
      assert.ok(Object.is(widen(bits, f16ToF32), halfByDefinition(bits)), `bits ${bits.toString(16)}`);
    }
  });

  it("widens bfloat16 by appending zero bits", () => {
    for (const [bits, value] of [
      [0x3f80, 1],
      [0xc000, -2],
      [0x7f80, Infinity],
      [0x0001, 2 ** -133],
      [0x8000, -0],
    ] as const) {
      assert.ok(Object.is(widen(bits, bf16ToF32), value), `bits ${bits.toString(16)}`);
    }
    assert.ok(Number.isNaN(widen(0x7fc1, bf16ToF32)));
  });

  it("narrows every number back to the bits it came from", () => {
    for (const [convert, back] of [
      [f16ToF32, f32ToF16],
      [bf16ToF32, f32ToBf16],
    ] as const) {
      const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
      const values = new Float32Array(65536);
      convert(bits, values);
      const again = back(values);
      for (let i = 0; i < 65536; i++) {
        if (Number.isNaN(values[i]))
          assert.ok(Number.isNaN(widen(again[i], convert)), `bits ${i.toString(16)}`);
        else assert.equal(again[i], i, `bits ${i.toString(16)}`);
      }
    }
  });

  it("rounds to the nearest, ties to even", () => {
    const table: readonly [number, number][] = [
      [1 + 2 ** -11, 1],
      [1 + 3 * 2 ** -11, 1 + 2 ** -9],
      [1 + 2 ** -11 + 2 ** -20, 1 + 2 ** -10],
      [65519, 65504],
      [65520, Infinity],
      [2 ** -25, 0],
      [1.5 * 2 ** -25, 2 ** -24],
      [-(2 ** -26), -0],
    ];
    for (const [value, expected] of table) {
      const [bits] = f32ToF16(Float32Array.of(value));
      assert.ok(Object.is(widen(bits, f16ToF32), expected), `${value} became ${widen(bits, f16ToF32)}`);
    }
  });

  it("is never further off than half a step", () => {
    const random = seededRandom(7);
    for (let i = 0; i < 20000; i++) {
      const value = Math.fround((random() - 0.5) * 2 ** (random() * 30 - 12));
      const half = widen(f32ToF16(Float32Array.of(value))[0], f16ToF32);
      const brain = widen(f32ToBf16(Float32Array.of(value))[0], bf16ToF32);
      assert.ok(
        Math.abs(half - value) <= Math.max(Math.abs(value) * 2 ** -11, 2 ** -25) || Math.abs(value) > 65504,
      );
      assert.ok(Math.abs(brain - value) <= Math.abs(value) * 2 ** -8);
    }
  });
});
