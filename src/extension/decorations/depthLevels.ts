/** Which line a token gets for its prediction depth. Pure, so that it can be tested without an editor. */
import type { LensDepths } from "../../protocol/lens";

/** Lines from faint to strong: each stands for a quarter of the rows. */
export const depthLevels = 4;

/** Step of a depth in a model with so many rows: 1 … `depthLevels`; 0 for what is settled from the embedding on. */
export function depthLevel(depth: number, rows: number): number {
  return rows < 2 ? 0 : Math.ceil((depthLevels * depth) / (rows - 1));
}

/** A token of the document with its depth. */
export interface DepthToken {
  readonly start: number;
  readonly end: number;
  readonly depth: number;
}

/** Tokens by step, `[0]` the faintest; tokens without a depth get no line. */
export function depthSteps({ tokens, depth, rows }: LensDepths): readonly (readonly DepthToken[])[] {
  const steps: DepthToken[][] = Array.from({ length: depthLevels }, () => []);
  tokens.forEach(({ start, end }, i) => {
    const of = depth[i];
    if (of === null || of === undefined) return;
    const level = depthLevel(of, rows);
    if (level > 0) steps[level - 1]?.push({ start, end, depth: of });
  });
  return steps;
}

/**
 * What of an answer is kept, and where the next one ends: tokens that a cut window begins with have little before them,
 * so that they are asked for again in an earlier window. Undefined where all is there.
 * @param from  where the visible text begins
 */
export function keptFrom(
  { start, truncated }: Pick<LensDepths, "start" | "truncated">,
  range: { readonly from: number; readonly end: number },
): number | undefined {
  const whole = start + Math.floor((range.end - start) / 2);
  return truncated && whole > range.from ? whole : undefined;
}
