/** Continuing a text token by token, with the row of attention of each: what was run before is not run again. */
import type { WorkOptions } from "../../base/cancel";
import type { Runner, Vocabulary } from "../../graph/runner";
import type { AttentionStep } from "../../protocol/attention";
import { outsideOf, shownRow } from "../attention";
import { AnalysisError, requireIds } from "../common/analysisError";
import { readAt } from "../common/reads";

/** What a step asks for. */
export interface StepRequest {
  /** The text with what was written behind it so far. */
  readonly ids: readonly number[];
  readonly layer: number;
  readonly head: number;
  /** Shown positions, ascending; the last of them is the last id's. */
  readonly positions: readonly number[];
  /** Lengths of the value vectors at the shown positions before the last, where they are known. */
  readonly valueNorms?: ArrayLike<number> | undefined;
}

/**
 * The row of the last position, and the token that the model finds most likely after it.
 * @throws {AnalysisError} "empty-input", "out-of-range"
 */
export async function attentionStep(
  runner: Runner,
  vocabulary: Vocabulary,
  request: StepRequest,
  options: WorkOptions = {},
): Promise<AttentionStep> {
  const { ids, layer, head, positions, valueNorms } = request;
  requireIds(ids);
  const { nLayers, nHeads, nKvHeads, hooks } = runner.info;
  const last = ids.length - 1;
  if (layer >= nLayers || head >= nHeads || positions.at(-1) !== last) {
    const said = `There is no row of head ${layer}.${head} that ends at position ${last}.`;
    throw new AnalysisError("out-of-range", said, {
      next: `Choose a layer below ${nLayers} and a head below ${nHeads}.`,
    });
  }
  const at = [last];
  const pattern = `blocks.${layer}.attn.hook_pattern`;
  const values = `blocks.${layer}.attn.hook_v`;
  const resid = `blocks.${nLayers - 1}.hook_resid_post`;
  const kvHead = Math.floor(head / (nHeads / nKvHeads));
  const norm = { hook: values, positions: at, heads: [kvHead], reduce: { kind: "norm" } } as const;
  const hasValues = hooks.includes(values);
  const reads = [
    { hook: pattern, positions: at, heads: [head] },
    { hook: resid, positions: at },
    ...(hasValues ? [norm] : []),
  ];
  const run = await runner.run({ ids, reads }, options);
  const row = shownRow(readAt(run, pattern).data, positions);
  const decoded = await runner.decode({ rows: readAt(run, resid).data, k: 1 }, options);
  const [id] = decoded.ids[0];
  const next = { id, text: vocabulary.text(id), logProb: decoded.logits[0][0] - decoded.logSumExp[0] };
  if (!hasValues) return { row, outside: outsideOf(row), next };
  const [valueNorm] = readAt(run, values).data;
  const lengths = [...Array.from(valueNorms ?? []), valueNorm];
  const known = lengths.length === positions.length;
  const weighted = known ? { weighted: row.map((x, j) => x * lengths[j]) } : {};
  return { row, outside: outsideOf(row), ...weighted, valueNorm, next };
}
