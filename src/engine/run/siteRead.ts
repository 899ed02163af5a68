/** A planned read as a graph takes it: which axes are picked along and how it is reduced, with the graph inputs for that. */
import { pickInput, reductionInput, type SiteRead } from "../../graph/sites";
import { floatFeed, int64Feed } from "../feeds";
import type { Feed } from "../ort";
import type { PlannedRead } from "./readPlan";

/**
 * Read `i` of one graph call.
 * @param positions  what is read of the call's positions, counted from its first
 * @param nKeys  keys that rows of attention have in this call
 */
export function siteRead(
  { hook, spec, picks, posAxis }: PlannedRead,
  i: number,
  { positions, nKeys }: { positions: readonly number[]; nKeys: number },
): { readonly site: SiteRead; readonly feeds: Readonly<Record<string, Feed>> } {
  const feeds: Record<string, Feed> = {};
  const indices = new Map(picks.map((pick) => [pick.axis, pick.indices]));
  if (spec.positions !== undefined) indices.set(posAxis, positions);
  const axes = [...indices.keys()].sort((a, b) => a - b);
  for (const axis of axes) feeds[pickInput(i, axis)] = int64Feed(indices.get(axis) ?? []);
  const { reduce } = spec;
  if (reduce?.kind === "top") {
    const most = hook.place === "block" && posAxis > 0 ? Math.min(reduce.k, nKeys) : reduce.k;
    feeds[reductionInput(i)] = int64Feed([most]);
  } else if (reduce?.kind === "projection") {
    const rows = reduce.directions;
    const width = rows[0].length;
    const data = new Float32Array(rows.length * width);
    rows.forEach((row, n) => data.set(row, n * width));
    feeds[reductionInput(i)] = floatFeed(data, [rows.length, width]);
  }
  return { site: { site: hook.site, picks: axes, reduce: reduce?.kind }, feeds };
}
