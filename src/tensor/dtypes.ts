/** Sixteen-bit floating point numbers and float32, both ways. */

/**
 * Widens bfloat16 bits; exact.
 * @param from bits, one number each
 * @param to at least as long; values in the same order
 */
export function bf16ToF32(from: Uint16Array, to: Float32Array): void {
  const bits = new Uint32Array(to.buffer, to.byteOffset, from.length);
  for (let i = 0; i < from.length; i++) bits[i] = from[i] << 16;
}

/**
 * Widens IEEE 754 half-precision bits; exact, subnormal numbers, infinities and NaN included.
 * @param from bits, one number each
 * @param to at least as long; values in the same order
 */
export function f16ToF32(from: Uint16Array, to: Float32Array): void {
  const bits = new Uint32Array(to.buffer, to.byteOffset, from.length);
  for (let i = 0; i < from.length; i++) bits[i] = widenHalf(from[i]);
}

/** Float32 values as bfloat16 bits, rounded to nearest, ties to even. NaN stays NaN. */
export function f32ToBf16(from: Float32Array): Uint16Array {
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length);
  return Uint16Array.from(bits, (value) => {
    if ((value & 0x7fffffff) > 0x7f800000) return (value >>> 16) | 0x40;
    return (value + 0x7fff + ((value >>> 16) & 1)) >>> 16;
  });
}

/** Float32 values as half-precision bits, rounded to nearest, ties to even; too large becomes infinite. */
export function f32ToF16(from: Float32Array): Uint16Array {
  const bits = new Uint32Array(from.buffer, from.byteOffset, from.length);
  return Uint16Array.from(bits, narrowToHalf);
}

function widenHalf(half: number): number {
  const sign = (half & 0x8000) << 16;
  const exponent = (half >>> 10) & 0x1f;
  let fraction = half & 0x3ff;
  if (exponent === 0x1f) return sign | 0x7f800000 | (fraction << 13);
  if (exponent !== 0) return sign | ((exponent + 112) << 23) | (fraction << 13);
  if (fraction === 0) return sign;
  // A subnormal number: shift until the leading one is where float32 leaves it out.
  let shift = 0;
  while ((fraction & 0x400) === 0) {
    fraction <<= 1;
    shift++;
  }
  return sign | ((113 - shift) << 23) | ((fraction & 0x3ff) << 13);
}

function narrowToHalf(value: number): number {
  const sign = (value >>> 16) & 0x8000;
  const magnitude = value & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  const exponent = (magnitude >>> 23) - 112;
  if (exponent >= 0x1f) return sign | 0x7c00;
  const fraction = magnitude & 0x7fffff;
  if (exponent > 0) return sign | roundShift((exponent << 23) | fraction, 13);
  if (exponent < -10) return sign;
  return sign | roundShift(fraction | 0x800000, 14 - exponent);
}

/** value / 2^shift, to nearest, ties to even. A carry runs into the exponent, as it should. */
function roundShift(value: number, shift: number): number {
  const half = 2 ** (shift - 1);
  const kept = value >>> shift;
  const rest = value & (2 * half - 1);
  return rest > half || (rest === half && (kept & 1) === 1) ? kept + 1 : kept;
}
