/** A plain run: the top tokens at every position, and what was read at some hooks. */
import type { WorkOptions } from "../base/cancel";
import { hookAxes, parseHook } from "../graph/hooks";
import type { ReadSpec, RunReads, Runner, Vocabulary } from "../graph/runner";
import type { Edit } from "../protocol/edit";
import type { ModelInfo } from "../protocol/model";
import type { RunSummary } from "../protocol/run";
import type { Axis, Tensor } from "../tensor/tensor";
import { requireIds } from "./common/analysisError";
import { decodeRows } from "./common/decodeRows";
import { numericEdits, type PairEncoder } from "./common/editValue";
import { readAt } from "./common/reads";

/** Which token the top tokens of a position are about. */
export const runAbout: RunSummary["about"] = "next";

/** What a run asks for. */
export interface PlainRunRequest {
  readonly ids: readonly number[];
  /** Full names of hooks to read, at every position. */
  readonly reads: readonly string[];
  /** True where the values themselves are wanted, not only their norms. */
  readonly values: boolean;
  readonly edits: readonly Edit[];
  /** Null where the model has no tokenizer. */
  readonly encoder: PairEncoder | null;
}

/** A run that was made: its reads, and its top tokens still to be decoded. */
export interface PlainRun {
  readonly reads: RunSummary["reads"];
  /** By hook; empty unless they were asked for. */
  readonly values: ReadonlyMap<string, Tensor>;
  /** Top tokens position by position, in pieces, so that [pos, vocab] is never held. */
  top(k: number, options?: WorkOptions): AsyncGenerator<RunSummary["top"]>;
}

/**
 * Runs ids under edits.
 * @throws {AnalysisError} "empty-input" and what common/editValue.ts finds wrong with the edits
 */
export async function plainRun(
  runner: Runner,
  vocabulary: Vocabulary,
  request: PlainRunRequest,
  options: WorkOptions = {},
): Promise<PlainRun> {
  const { ids } = request;
  requireIds(ids);
  const edits = await numericEdits(runner, request.edits, request.encoder, options);
  const final = `blocks.${runner.info.nLayers - 1}.hook_resid_post`;
  const { reads: hooks } = request;
  const reads: ReadSpec[] = [
    { hook: final, as: "last" },
    ...hooks.map((hook) => ({ hook, reduce: { kind: "norm" }, as: `norm ${hook}` }) as const),
    ...(request.values ? hooks.map((hook) => ({ hook })) : []),
  ];
  const run: RunReads = await runner.run({ ids, reads, edits }, options);
  const rows = readAt(run, "last").data;
  const described = hooks.map((hook) => {
    const l2 = [...readAt(run, `norm ${hook}`).data];
    return [hook, { ...hookShape(runner.info, hook, ids.length), l2 }] as const;
  });
  return {
    reads: Object.fromEntries(described),
    values: new Map(request.values ? hooks.map((hook) => [hook, readAt(run, hook)]) : []),
    async *top(k, work = {}) {
      for await (const { decoded } of decodeRows(runner, { rows, k, run: { ids, edits } }, work)) {
        yield decoded.ids.map((best, row) =>
          best.map((id, j) => ({
            id,
            text: vocabulary.text(id),
            logit: decoded.logits[row][j],
            logProb: decoded.logits[row][j] - decoded.logSumExp[row],
          })),
        );
      }
    },
  };
}

/** Axes and shape of what a hook has at all of n positions. */
function hookShape(info: ModelInfo, hook: string, n: number): Pick<Tensor, "axes" | "shape"> {
  const axes = hookAxes(parseHook(hook).site);
  const heads = /hook_(rot_)?[kv]$/.test(hook) ? info.nKvHeads : info.nHeads;
  const sizes: Partial<Record<Axis, number>> = {
    head: heads,
    pos: n,
    queryPos: n,
    keyPos: n,
    dModel: info.dModel,
    dHead: info.dHead,
    dMlp: info.dMlp,
  };
  return { axes, shape: axes.map((axis) => sizes[axis] ?? 1) };
}
