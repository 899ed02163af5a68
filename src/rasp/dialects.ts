/** The front ends, by name. */
import { originalRasp } from "./original/dialect";
import { raspL } from "./raspL/dialect";
import { raspy } from "./raspy/dialect";
import { tracr } from "./tracr/dialect";
import type { Dialect, DialectName } from "./program";

/** Every language that programs may be written in. */
export const dialects: Readonly<Record<DialectName, Dialect>> = {
  rasp: originalRasp,
  raspy,
  "rasp-l": raspL,
  tracr,
};
