/** The front ends, by name. */
import { original } from "./original/dialect";
import type { Dialect, DialectName } from "./program";
import { raspL } from "./raspL/raspL";
import { raspy } from "./raspy/raspy";
import { tracr } from "./tracr/tracr";

/** Every language that programs may be written in. */
export const dialects: Readonly<Record<DialectName, Dialect>> = {
  rasp: original,
  raspy,
  "rasp-l": raspL,
  tracr,
};
