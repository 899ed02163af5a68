/** A plain run: the top tokens at every position, and what was read at some hooks. */
import type { WorkOptions } from "../base/cancel";
import type { RunReads, Runner, Vocabulary } from "../graph/runner";
import type { Edit } from "../protocol/edit";
import type { RunSummary } from "../protocol/run";
import type { Tensor } from "../tensor/tensor";
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
  readonly edits: readonly Edit[];
  /** Null where the model has no tokenizer. */
  readonly encoder: PairEncoder | null;
}

/** A run that was made: its reads, and its top tokens still to be decoded. */
export interface PlainRun {
  readonly reads: ReadonlyMap<string, Tensor>;
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
  const hooks = [...new Set([...request.reads, final])];
  const run: RunReads = await runner.run({ ids, reads: hooks.map((hook) => ({ hook })), edits }, options);
  const rows = readAt(run, final).data;
  return {
    reads: new Map(request.reads.map((hook) => [hook, readAt(run, hook)])),
    async *top(k, work = {}) {
      for await (const { decoded } of decodeRows(runner, { rows, k }, work)) {
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

/** What is said of a read tensor: axes, shape, and its l2 norm per (query) position over all other axes. */
export function describeRead(tensor: Tensor): RunSummary["reads"][string] {
  return { axes: tensor.axes, shape: tensor.shape, l2: l2PerPosition(tensor) };
}

/** Norms per position; keys after their query are masked and left out. */
function l2PerPosition({ axes, shape, data }: Tensor): number[] {
  const at = Math.max(axes.indexOf("pos"), axes.indexOf("queryPos"));
  const inner = shape.slice(at + 1).reduce((product, n) => product * n, 1);
  const keys = axes[at + 1] === "keyPos" ? shape[at + 1] : null;
  const squares = new Float64Array(shape[at]);
  data.forEach((x, i) => {
    const pos = Math.floor(i / inner) % shape[at];
    if (keys === null || i % keys <= pos) squares[pos] += x * x;
  });
  return Array.from(squares, Math.sqrt);
}
