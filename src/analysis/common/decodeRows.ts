/** Decoding many rows of a residual stream in pieces, so that top-k lists never grow to [pos, vocab]. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { Decoded, DecodeRequest, Runner, Vocabulary } from "../../graph/runner";
import type { ScoredToken } from "../../protocol/model";

/** Numbers that one piece of decoding may bring back. */
const budget = 262_144;
const mostRows = 128;

/** How many rows to decode at once when each brings `k` tokens. */
export function rowsAtOnce(k: number): number {
  return Math.max(1, Math.min(mostRows, Math.floor(budget / Math.max(1, k))));
}

/** Rows to decode; `track` holds the ids to follow, per row. */
export interface RowsRequest {
  /** [n, dModel], row after row. */
  readonly rows: Float32Array;
  readonly k: number;
  readonly track?: readonly (readonly number[])[];
  /** The run whose positions the rows are, from the first on; its edits at the final norm apply. */
  readonly run?: DecodeRequest["run"];
}

/** Decodes rows piece by piece, in order, with k no larger than the vocabulary; `first` is the index of a piece's first row. */
export async function* decodeRows(
  runner: Runner,
  request: RowsRequest,
  options: WorkOptions,
): AsyncGenerator<{ readonly first: number; readonly decoded: Decoded }> {
  const { dModel } = runner.info;
  const n = request.rows.length / dModel;
  const k = Math.min(request.k, runner.info.dVocab);
  const step = rowsAtOnce(k);
  for (let first = 0; first < n; first += step) {
    throwIfCancelled(options.signal);
    const end = Math.min(n, first + step);
    const rows = request.rows.subarray(first * dModel, end * dModel);
    const track = request.track && { track: request.track.slice(first, end) };
    yield {
      first,
      decoded: await runner.decode(
        { rows, k, run: request.run, first, ...track },
        { signal: options.signal },
      ),
    };
  }
}

/** The top tokens of one decoded row, best first, with log-probabilities in nats. */
export function topTokens(decoded: Decoded, row: number, vocabulary: Vocabulary): ScoredToken[] {
  return decoded.ids[row].map((id, j) => ({
    id,
    text: vocabulary.text(id),
    logProb: decoded.logits[row][j] - decoded.logSumExp[row],
  }));
}
