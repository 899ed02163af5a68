/** For JSON.stringify: typed arrays as lists, where it would write objects. */
export const plainArrays = (_key: string, value: unknown): unknown =>
  value instanceof Float32Array || value instanceof Uint8Array ? Array.from(value) : value;
