/** The front ends, by name. */
import { original } from "./original/dialect";
import type { Dialect, DialectName } from "./program";

/** Every language that programs may be written in. */
export const dialects: Readonly<Record<DialectName, Dialect>> = {
  rasp: original,
  raspy: original,
  "rasp-l": original,
  tracr: original,
};
