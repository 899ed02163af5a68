/** Rows of single positions to cells: each row beside the position's output, all in the graph. */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { Decoded, Runner, Vocabulary } from "../../graph/runner";
import type { LensCell, LensTrajectory } from "../../protocol/lens";
import { rowsAtOnce, topTokens } from "../common/decodeRows";
import { indices } from "../common/reads";
import type { LensColumn } from "./columns";

/** How many of a position's final top tokens are followed through its rows. */
export const trajectoriesShown = 3;

/** A position, and the token that follows it in the text (null at its end). */
export interface LensPlace {
  readonly pos: number;
  readonly next: number | null;
}

/** Rows to make cells of. */
export interface CellsRequest {
  /** [place, row, dModel]: the last row of each place is what the others are compared with. */
  readonly rows: Float32Array;
  readonly places: readonly LensPlace[];
  readonly k: number;
  /** Ids that are followed beside the final top tokens. */
  readonly chosen: readonly number[];
}

/** The columns of all places, in order, a few at a time. */
export async function* decodeColumns(
  runner: Runner,
  vocabulary: Vocabulary,
  request: CellsRequest,
  options: WorkOptions,
): AsyncGenerator<LensColumn> {
  const { rows, places, chosen } = request;
  if (places.length === 0) return;
  const { dModel, dVocab } = runner.info;
  const height = rows.length / dModel / places.length;
  const k = Math.min(request.k, dVocab);
  const follow = Math.min(trajectoriesShown, dVocab);
  const most = Math.max(1, Math.floor(rowsAtOnce(k) / height));
  for (let from = 0; from < places.length; from += most) {
    throwIfCancelled(options.signal);
    const some = places.slice(from, from + most);
    const track = some.flatMap(({ next }) => indices(height).map(() => [next ?? 0, ...chosen]));
    const decoded = await runner.decode(
      {
        rows: rows.subarray(from * height * dModel, (from + some.length) * height * dModel),
        k: Math.max(k, follow),
        track,
        compare: { to: track.map((_, row) => row - (row % height) + height - 1), follow },
      },
      { signal: options.signal },
    );
    for (const [i, place] of some.entries()) {
      const column = columnOf({ decoded, first: i * height, height }, place, {
        k,
        chosen,
        follow,
        vocabulary,
      });
      const at = (from + i) * height * dModel;
      yield { ...column, rows: rows.slice(at, at + height * dModel) };
    }
  }
}

interface Shown {
  readonly k: number;
  readonly chosen: readonly number[];
  readonly follow: number;
  readonly vocabulary: Vocabulary;
}

function columnOf(
  { decoded, first, height }: { decoded: Decoded; first: number; height: number },
  { pos, next }: LensPlace,
  { k, chosen, follow, vocabulary }: Shown,
): LensColumn {
  const rows = indices(height).map((row) => first + row);
  const best = decoded.ids[first + height - 1].slice(0, follow);
  const cells = rows.map((row): LensCell => {
    const [ofNext] = decoded.tracked[row];
    return {
      pos,
      entropy: decoded.entropy[row],
      kl: decoded.divergence[row],
      rank: decoded.tracked[row][1 + chosen.length].rank,
      surprisal: next === null ? null : decoded.logSumExp[row] - ofNext.logit,
      top: topTokens(decoded, row, vocabulary).slice(0, k),
    };
  });
  const line = (id: number, at: number): LensTrajectory => ({
    id,
    text: vocabulary.text(id),
    rank: rows.map((row) => decoded.tracked[row][at].rank),
    logProb: rows.map((row) => decoded.tracked[row][at].logit - decoded.logSumExp[row]),
    ...(chosen.includes(id) ? { chosen: true } : {}),
  });
  const trajectories = [
    ...best.map((id, i) => line(id, 1 + chosen.length + i)),
    ...chosen.flatMap((id, i) => (best.includes(id) ? [] : [line(id, 1 + i)])),
  ];
  return { cells, trajectories, next, logSumExp: rows.map((row) => decoded.logSumExp[row]) };
}

/** The column with another token behind it: only its surprisals change. */
export async function withNext(
  runner: Runner,
  column: LensColumn & { readonly rows: Float32Array },
  next: number | null,
): Promise<LensColumn> {
  const logits =
    next === null
      ? null
      : await runner.logitsOfIds(
          column.rows,
          column.cells.map(() => next),
        );
  const cells = column.cells.map((cell, row) => ({
    ...cell,
    surprisal: logits === null ? null : column.logSumExp[row] - logits[row],
  }));
  return { ...column, cells, next };
}
