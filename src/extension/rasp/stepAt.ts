/** Which step of a picture belongs to a place in the program. */
import type { RaspPicture } from "../../protocol/raspPicture";

/** The step of the narrowest range around an offset, else the last one that begins before it; null where none does. */
export function stepAt({ steps }: RaspPicture, offset: number): number | null {
  let narrowest: { readonly step: number; readonly length: number } | null = null;
  let before: number | null = null;
  for (const { step, range } of steps) {
    if (range === null) continue;
    const length = range.end - range.start;
    const inside = range.start <= offset && offset <= range.end;
    if (inside && (narrowest === null || length <= narrowest.length)) narrowest = { step, length };
    if (range.start <= offset) before = step;
  }
  return narrowest?.step ?? before;
}
