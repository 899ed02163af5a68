/** All heads' patterns made small, as they are read: one byte a cell, the largest weight of the queries and keys it stands for. */
import type { Runner } from "../../graph/runner";
import type { HeadThumbnails } from "../../protocol/attention";
import type { Tensor } from "../../tensor/tensor";

/** Most cells of a side. */
export const thumbnailSize = 32;

/** Collects patterns layer by layer and query by query. */
export class SmallPatterns {
  readonly result: HeadThumbnails;
  /** The shown positions, and the row and column that stands for each. */
  private readonly positions: Int32Array;
  private readonly cells: Int32Array;
  private readonly rowOf: ReadonlyMap<number, number>;
  private readonly nHeads: number;

  constructor({ nLayers, nHeads }: Runner["info"], positions: readonly number[]) {
    const size = Math.min(thumbnailSize, positions.length);
    this.positions = Int32Array.from(positions);
    this.cells = Int32Array.from(positions, (_, i) => Math.floor((i * size) / positions.length));
    this.rowOf = new Map(positions.map((position, i) => [position, this.cells[i]]));
    this.nHeads = nHeads;
    this.result = { size, data: new Uint8Array(nLayers * nHeads * size * size) };
  }

  /** Takes what some queries of a layer attend to; axes [head, queryPos, keyPos]. */
  add(layer: number, { shape, data: weights }: Tensor, queries: readonly number[]): void {
    const [, nQueries, nKeys] = shape;
    const { positions, cells, nHeads } = this;
    const { size, data } = this.result;
    const peaks = new Float32Array(size);
    queries.forEach((query, i) => {
      const row = this.rowOf.get(query);
      if (row === undefined) return;
      for (let head = 0; head < nHeads; head++) {
        const from = (head * nQueries + i) * nKeys;
        peaks.fill(0);
        for (let j = 0; j < positions.length && positions[j] < nKeys; j++) {
          const weight = weights[from + positions[j]];
          if (weight > peaks[cells[j]]) peaks[cells[j]] = weight;
        }
        const to = ((layer * nHeads + head) * size + row) * size;
        for (let column = 0; column < size; column++) {
          const value = Math.round(255 * Math.min(1, peaks[column]));
          if (value > data[to + column]) data[to + column] = value;
        }
      }
    });
  }
}
