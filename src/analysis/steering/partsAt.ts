/** Where two continuations part. */
import type { GenerateResult } from "../../protocol/edit";

/** Index of the first new token in which two continuations differ; null when they do not. */
export function partsAt(a: GenerateResult, b: GenerateResult): number | null {
  const n = Math.max(a.ids.length, b.ids.length);
  for (let i = 0; i < n; i++) if (a.ids[i] !== b.ids[i]) return i;
  return null;
}
