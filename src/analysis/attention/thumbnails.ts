/** All heads' patterns made small, as they are read: one byte a cell, the largest weight of the queries and keys it stands for. */
import type { Runner } from "../../graph/runner";
import type { HeadThumbnails } from "../../protocol/attention";
import type { Tensor } from "../../tensor/tensor";

/** Most cells of a side. */
export const thumbnailSize = 32;

/** Collects patterns layer by layer and query by query. */
export class SmallPatterns {
  readonly result: HeadThumbnails;
  /** The cell that stands for each shown position, by position. */
  private readonly cells = new Map<number, number>();
  private readonly nHeads: number;

  constructor({ nLayers, nHeads }: Runner["info"], positions: readonly number[]) {
    const size = Math.min(thumbnailSize, positions.length);
    positions.forEach((position, i) => this.cells.set(position, Math.floor((i * size) / positions.length)));
    this.nHeads = nHeads;
    this.result = { size, data: new Uint8Array(nLayers * nHeads * size * size) };
  }

  /** Takes what some queries of a layer attend to; axes [head, queryPos, keyPos]. */
  add(layer: number, { shape, data: weights }: Tensor, queries: readonly number[]): void {
    const [, nQueries, nKeys] = shape;
    const { size, data } = this.result;
    queries.forEach((query, i) => {
      const row = this.cells.get(query);
      if (row === undefined) return;
      for (let head = 0; head < this.nHeads; head++) {
        const from = (head * nQueries + i) * nKeys;
        const to = ((layer * this.nHeads + head) * size + row) * size;
        for (const [key, column] of this.cells) {
          if (key >= nKeys) continue;
          const weight = Math.round(255 * Math.min(1, weights[from + key]));
          if (weight > data[to + column]) data[to + column] = weight;
        }
      }
    });
  }
}
