/** Two ways to the logits: the lens's last row, and the sum of what every part of the model adds to them directly. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { Runner } from "../../graph/runner";
import type { VerifyCheck } from "../../protocol/verify";
import { indices, readAt, rowOf } from "../common/reads";
import { checked, lastHook, notApplicable, relativeDifference } from "./difference";

const bound = 1e-4;
/** Tokens whose logits are compared: so many of the most likely. */
const compared = 20;

/** The lens decodes the last residual stream to the logits that the model itself gives. */
export async function lensIsLogits(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions,
): Promise<VerifyCheck> {
  const hook = lastHook(runner);
  const rows = readAt(await runner.run({ ids, reads: [{ hook }], cache: "none" }, options), hook);
  let worst = 0;
  for (const position of new Set([0, Math.floor(ids.length / 2), ids.length - 1])) {
    throwIfCancelled(options.signal);
    const { logits } = await runner.logitsAt({ ids, position }, options);
    const decoded = await runner.decode({ rows: rows.data, k: compared }, options);
    const known = decoded.ids[position].map((id) => logits[id]);
    const best = logits.reduce((largest, x) => Math.max(largest, x), -Infinity);
    worst = Math.max(
      worst,
      relativeDifference([...decoded.logits[position], decoded.logits[position][0]], [...known, best]),
    );
    let sum = 0;
    for (const logit of logits) sum += Math.exp(logit - best);
    worst = Math.max(
      worst,
      Math.abs(decoded.logSumExp[position] - best - Math.log(sum)) / Math.max(1, Math.abs(best)),
    );
  }
  return checked({
    check: "last lens row = logits",
    what: `Logits of the ${compared} most likely tokens and their normaliser, from the lens's last row and from a whole row of logits.`,
    worst,
    bound,
    unit: "relative",
  });
}

/**
 * Direct logit attribution: with the run's own final norm scale frozen, directions centred where the norm is a
 * LayerNorm, and the constant that norm bias and unembedding bias add, the parts sum to the logits.
 */
export async function directAttribution(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions,
): Promise<VerifyCheck> {
  const made = {
    check: "direct attribution sums to the logits",
    what: `Logits of the ${compared} most likely next tokens, and the sums of what the embedding and every layer add to them directly.`,
    bound,
    unit: "relative",
  } as const;
  if (!runner.readout.addsUp)
    return notApplicable(
      made,
      "Norms stand on the residual stream itself, so it is no sum of what was added.",
    );
  const { rows, scale } = await addedRows(runner, ids, options);
  const hook = lastHook(runner);
  const last = readAt(
    await runner.run({ ids, reads: [{ hook, positions: [ids.length - 1] }] }, options),
    hook,
  );
  const decoded = await runner.decode({ rows: last.data, k: compared }, options);
  const tokens = decoded.ids[0];
  const sums = await constants(runner, tokens, options);
  for (const row of rows) {
    throwIfCancelled(options.signal);
    const [{ top }] = await runner.unembedDirections(row, runner.info.dVocab);
    const values = new Map(top);
    tokens.forEach((id, i) => (sums[i] += (values.get(id) ?? NaN) / scale));
  }
  const { softCap } = runner.readout;
  const logits = softCap === null ? sums : sums.map((x) => softCap * Math.tanh(x / softCap));
  return checked({ ...made, worst: relativeDifference(logits, decoded.logits[0]) });
}

/** What was added to the stream at the last position, part by part, and the final norm's scale there. */
async function addedRows(
  runner: Runner,
  ids: readonly number[],
  options: WorkOptions,
): Promise<{ rows: Float32Array[]; scale: number }> {
  const { nLayers, hooks } = runner.info;
  const parts = indices(nLayers).flatMap((l) => [`blocks.${l}.hook_attn_out`, `blocks.${l}.hook_mlp_out`]);
  const wanted = ["blocks.0.hook_resid_pre", ...parts, "ln_final.hook_scale"].filter((hook) =>
    hooks.includes(hook),
  );
  const positions = [ids.length - 1];
  const run = await runner.run({ ids, reads: wanted.map((hook) => ({ hook, positions })) }, options);
  const rows = wanted.filter((hook) => hook !== "ln_final.hook_scale");
  return {
    rows: rows.map((hook) => rowOf(readAt(run, hook), 0)),
    scale: wanted.includes("ln_final.hook_scale") ? readAt(run, "ln_final.hook_scale").data[0] : 1,
  };
}

/** Logits of a stream of zeros, before the cap: what biases alone give. */
async function constants(runner: Runner, tokens: readonly number[], options: WorkOptions): Promise<number[]> {
  const rows = new Float32Array(runner.info.dModel);
  const { tracked } = await runner.decode({ rows, k: 1, track: [tokens] }, options);
  const { softCap } = runner.readout;
  return tracked[0].map(({ logit }) => (softCap === null ? logit : softCap * Math.atanh(logit / softCap)));
}
