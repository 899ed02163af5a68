/** Attention of one head from a chosen token to the others, or from the others to it. */
import { blockHook } from "../../graph/hooks";
import type { WorkOptions } from "../../base/cancel";
import type { Runner } from "../../graph/runner";
import { AnalysisError } from "../common/analysisError";
import { indices, readAt } from "../common/reads";
import { tokenWindows, type TokenWindow } from "../common/tokenWindows";
import { idsOf, type Measure, type MeasuredWindow, type WindowValues } from "./window";

/** One row or column of a pattern; each query is taken in the window that measures it, as every other scalar is. */
export const attention: Measure = async (runner, measured, options) => {
  const { measure } = measured;
  if (measure.kind !== "attention") return { values: [], top: null };
  const { nLayers, nHeads } = runner.info;
  if (measure.layer >= nLayers || measure.head >= nHeads) {
    const next = `Choose a layer below ${nLayers} and a head below ${nHeads}.`;
    const said = `The model has no head ${measure.layer}.${measure.head}.`;
    throw new AnalysisError("out-of-range", said, { next });
  }
  const { at } = measured;
  if (at === null) return nowhere(measured);
  return measure.direction === "from"
    ? fromChosen(runner, measured, at, options)
    : toChosen(runner, measured, at, options);
};

/** The chosen token's own row, in its own window: what lies in another window of the text has its value from there too. */
async function fromChosen(
  runner: Runner,
  measured: MeasuredWindow,
  at: number,
  options: WorkOptions,
): Promise<WindowValues> {
  const { section, window, most } = measured;
  const own = windowOf(section.ids.length, most, at);
  if (own.start >= window.end || at < window.from) return nowhere(measured);
  const row = await patterns(runner, { ...measured, window: own }, [at - own.start], options);
  const values = indices(window.end - window.from).map((i) => {
    const key = window.from + i;
    return key >= own.start && key <= at ? row[key - own.start] : null;
  });
  return { values, top: null, sink: own.start };
}

/** The column of the chosen token, over the queries that this window measures. */
async function toChosen(
  runner: Runner,
  measured: MeasuredWindow,
  at: number,
  options: WorkOptions,
): Promise<WindowValues> {
  const { window } = measured;
  const key = at - window.start;
  // As the first of a later window the token would be looked at as a sink only because the window begins there.
  if (key < 0 || at >= window.end || (key === 0 && at > 0)) return nowhere(measured);
  const first = Math.max(window.from, at);
  const queries = indices(window.end - first).map((i) => first - window.start + i);
  const rows = await patterns(runner, measured, queries, options);
  const nKeys = rows.length / queries.length;
  const before = indices(first - window.from).map(() => null);
  return { values: [...before, ...queries.map((_, i) => rows[i * nKeys + key])], top: null };
}

async function patterns(
  runner: Runner,
  measured: MeasuredWindow,
  positions: readonly number[],
  { signal }: WorkOptions,
): Promise<Float32Array> {
  const { measure } = measured;
  if (measure.kind !== "attention") return new Float32Array();
  const hook = blockHook(measure.layer, "attn.hook_pattern");
  const read = { hook, positions, heads: [measure.head] };
  const run = await runner.run({ ids: idsOf(measured), reads: [read], cache: "none" }, { signal });
  return readAt(run, hook).data;
}

/** The window that measures a token, whether or not it is of the section's context. */
function windowOf(n: number, most: number, at: number): TokenWindow {
  for (const window of tokenWindows(n, most, 0)) if (at < window.end) return window;
  throw new AnalysisError("out-of-range", `There is no token ${at} among ${n}.`);
}

function nowhere({ window: { from, end } }: MeasuredWindow): WindowValues {
  return { values: indices(end - from).map(() => null), top: null };
}
