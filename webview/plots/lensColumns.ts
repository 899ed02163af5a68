/** The lens as columns: what each cell shows, and which columns are the same as before. Pure. */
import type { LensView } from "../../src/protocol/lens";
import type { About, ScoredToken, TokenInfo } from "../../src/protocol/model";

/** One cell of the grid. */
export interface LensGridCell {
  readonly layer: number;
  readonly entropy: number;
  readonly kl: number;
  readonly rank: number;
  readonly surprisal: number | null;
  readonly top: readonly ScoredToken[];
  /** Probability of the top token, 0 … 1. */
  readonly share: number;
  /** The top token is already that of the last row. */
  readonly agrees: boolean;
}

/** One position's life through the layers. */
export interface LensColumn {
  /** Which token its cells and its depth are about. */
  readonly about: About;
  readonly pos: number;
  readonly token: TokenInfo;
  /** The token that follows in the text; null at its end. */
  readonly next: TokenInfo | null;
  /** Row 0 first. */
  readonly cells: readonly LensGridCell[];
  /** Lowest row from which the top token no longer changes. */
  readonly depth: number;
  /** Position 0 or an added token: not part of any average, drawn hatched. */
  readonly hatched: boolean;
  /** Equal for two columns exactly when they look the same. */
  readonly signature: string;
}

/** The columns of a lens, ascending in position. */
export function lensColumns(view: LensView): readonly LensColumn[] {
  const last = view.layers.length - 1;
  return view.positions.map((pos, column) => {
    const cells = view.layers.map((row) => row.positions[column]!);
    const answer = cells[last]?.top[0]?.id;
    const token = view.window.tokens[pos]!;
    const next = view.window.tokens[pos + 1] ?? null;
    const depth = view.depth[column] ?? last;
    return {
      about: view.about,
      pos,
      token,
      next,
      depth,
      hatched: pos === 0 || token.special === true,
      cells: cells.map((cell, layer) => ({
        layer,
        entropy: cell.entropy,
        kl: cell.kl,
        rank: cell.rank,
        surprisal: cell.surprisal,
        top: cell.top,
        share: cell.top[0] ? Math.exp(cell.top[0].logProb) : 0,
        agrees: cell.top[0] !== undefined && cell.top[0].id === answer,
      })),
      signature: JSON.stringify([pos, token.id, token.text, token.prefix, next?.id, depth, cells]),
    };
  });
}

/** Name of the hook a row is read at, in a model of `nLayers` blocks. */
export function rowHook(layer: number, nLayers: number): string {
  return layer < nLayers ? `blocks.${layer}.hook_resid_pre` : `blocks.${nLayers - 1}.hook_resid_post`;
}

/** Short name of a row on the axis. */
export function rowName(layer: number, nLayers: number): string {
  if (layer === 0) return "emb";
  return layer === nLayers ? "out" : String(layer);
}
