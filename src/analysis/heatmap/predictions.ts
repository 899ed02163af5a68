/** Surprisal, rank, entropy and prediction depth: what is read off the model's predictions. */
import type { WorkOptions } from "../../base/cancel";
import { blockHook } from "../../graph/hooks";
import type { Decoded, Runner } from "../../graph/runner";
import { decodeRows } from "../common/decodeRows";
import { depthOf } from "../common/predictionDepth";
import { indices, readAt } from "../common/reads";
import { alternatives, idsOf, type Measure, type MeasuredWindow, type WindowValues } from "./window";

/** Floats that one run may bring back, so that many layers do not fill the memory with residual streams. */
const readBudget = 16_777_216;

/** −log p of each token, in nats, exactly as `scoreTokens` computes it. */
export const surprisal: Measure = (runner, measured, options) =>
  fromLeft(runner, measured, options, ({ tracked, logSumExp }, i) => logSumExp[i] - tracked[i][0].logit);

/** Rank of each token in the prediction for its place. */
export const rank: Measure = (runner, measured, options) =>
  fromLeft(runner, measured, options, ({ tracked }, i) => tracked[i][0].rank);

/** Entropy of the prediction that is made on each token, in nats. */
export const entropy: Measure = async (runner, measured, options) => {
  const { start, from, end } = measured.window;
  const positions = indices(end - from).map((i) => from - start + i);
  const made = new Predictions();
  const rows = await lastRows(runner, idsOf(measured), positions, options);
  for await (const { decoded } of decodeRows(runner, { rows, k: alternatives }, options))
    made.add(decoded, (i) => decoded.entropy[i]);
  return made.done();
};

/** Prediction depth of each token: that of the lens column to its left. */
export const depth: Measure = async (runner, measured, options) => {
  const ids = idsOf(measured);
  const { positions, missing } = leftOf(measured);
  const made = new Predictions(missing);
  if (positions.length === 0) return made.done();
  const { nLayers, dModel } = runner.info;
  const hooks = [...indices(nLayers).map((l) => blockHook(l, "hook_resid_pre")), lastHook(runner)];
  const tops: number[][] = positions.map(() => []);
  const together = Math.max(1, Math.floor(readBudget / (positions.length * dModel)));
  for (let first = 0; first < hooks.length; first += together) {
    const part = hooks.slice(first, first + together);
    const reads = part.map((hook) => ({ hook, positions }));
    const run = await runner.run({ ids, reads, cache: "none" }, { signal: options.signal });
    for (const hook of part) {
      const isLast = hook === hooks[hooks.length - 1];
      const rows = readAt(run, hook).data;
      const k = isLast ? alternatives : 1;
      for await (const { first: at, decoded } of decodeRows(runner, { rows, k }, options)) {
        decoded.ids.forEach(([top], i) => tops[at + i].push(top));
        if (isLast) made.add(decoded, (i) => depthOf(tops[at + i]));
      }
    }
  }
  return made.done();
};

/** Values of each token in the prediction made on the token to its left. */
async function fromLeft(
  runner: Runner,
  measured: MeasuredWindow,
  options: WorkOptions,
  value: (decoded: Decoded, i: number) => number,
): Promise<WindowValues> {
  const ids = idsOf(measured);
  const { positions, missing } = leftOf(measured);
  const made = new Predictions(missing);
  if (positions.length === 0) return made.done();
  const rows = await lastRows(runner, ids, positions, options);
  const track = positions.map((pos) => [ids[pos + 1]]);
  for await (const { decoded } of decodeRows(runner, { rows, k: alternatives, track }, options))
    made.add(decoded, (i) => value(decoded, i));
  return made.done();
}

/** Positions left of a window's own tokens; the first of all has none. */
function leftOf({ window: { start, from, end } }: MeasuredWindow): { positions: number[]; missing: number } {
  const missing = from === 0 ? 1 : 0;
  const positions = indices(end - from - missing).map((i) => from + missing - 1 - start + i);
  return { positions, missing };
}

async function lastRows(
  runner: Runner,
  ids: readonly number[],
  positions: readonly number[],
  options: WorkOptions,
): Promise<Float32Array> {
  const hook = lastHook(runner);
  const plan = { ids, reads: [{ hook, positions }], cache: "none" as const };
  return readAt(await runner.run(plan, { signal: options.signal }), hook).data;
}

function lastHook(runner: Runner): string {
  return blockHook(runner.info.nLayers - 1, "hook_resid_post");
}

/** Gathers values with the predictions behind them; the first `missing` tokens have none. */
class Predictions {
  private readonly values: (number | null)[] = [];
  private readonly ids: number[] = [];
  private readonly logProbs: number[] = [];

  constructor(missing = 0) {
    for (let i = 0; i < missing; i++) {
      this.values.push(null);
      this.addTop([], []);
    }
  }

  add(decoded: Decoded, value: (i: number) => number): void {
    decoded.ids.forEach((ids, i) => {
      this.values.push(value(i));
      const logProbs = decoded.logits[i].map((logit) => logit - decoded.logSumExp[i]);
      this.addTop(ids, logProbs);
    });
  }

  done(): WindowValues {
    return { values: this.values, top: { ids: this.ids, logProbs: this.logProbs } };
  }

  private addTop(ids: readonly number[], logProbs: readonly number[]): void {
    for (let j = 0; j < alternatives; j++) {
      this.ids.push(ids[j] ?? -1);
      this.logProbs.push(logProbs[j] ?? 0);
    }
  }
}
