/** What a read's reduction leaves of a tensor, in plain loops and double precision: the second implementation of reductions. */
import type { ReadReduction } from "../../src/graph/runner";
import { type Tensor, tensor } from "../../src/tensor/tensor";

/** The reduction of what was read whole; indices for the k largest. */
export function reduced(
  whole: Tensor,
  reduce: ReadReduction | undefined,
): { value: Tensor; indices?: Tensor } {
  const { axes, shape, data } = whole;
  if (reduce === undefined) return { value: whole };
  const last = shape.at(-1) as number;
  const rows = Array.from({ length: data.length / last }, (_, i) => [
    ...data.subarray(i * last, (i + 1) * last),
  ]);
  const edges = axes[0] === "head";
  const n = (edges ? shape[1] : shape[0]) as number;
  const width = data.length / n;
  const column = (e: number): number[] => Array.from({ length: n }, (_, p) => data[p * width + e] as number);
  switch (reduce.kind) {
    case "norm": {
      const squares = new Float64Array(n);
      data.forEach((x, i) => {
        const pos = edges ? Math.floor(i / last) % n : Math.floor(i / width);
        if (x !== -Infinity) squares[pos] = (squares[pos] as number) + x * x;
      });
      return { value: tensor([edges ? "queryPos" : "pos"], [n], Float32Array.from(squares, Math.sqrt)) };
    }
    case "top": {
      const order = rows.map((row) =>
        [...row.keys()].sort((a, b) => (row[b] as number) - (row[a] as number) || a - b).slice(0, reduce.k),
      );
      const left = [...shape.slice(0, -1), reduce.k];
      const of = (pick: (row: number, at: number) => number) =>
        tensor(
          [...axes.slice(0, -1), "k"],
          left,
          Float32Array.from(order.flatMap((best, i) => best.map((at) => pick(i, at)))),
        );
      return { value: of((i, at) => rows[i]?.[at] as number), indices: of((_, at) => at) };
    }
    case "projection": {
      const products = Array.from({ length: n }, (_, p) =>
        reduce.directions.map((one) => {
          let sum = 0;
          for (let e = 0; e < width; e++) sum += (data[p * width + e] as number) * (one[e] as number);
          return sum;
        }),
      );
      return {
        value: tensor(
          ["pos", "direction"],
          [n, reduce.directions.length],
          Float32Array.from(products.flat()),
        ),
      };
    }
    case "mean":
    case "statistics": {
      const columns = Array.from({ length: width }, (_, e) => column(e));
      const mean = columns.map((of) => of.reduce((a, b) => a + b, 0) / n);
      if (reduce.kind === "mean")
        return { value: tensor(axes.slice(1), shape.slice(1), Float32Array.from(mean)) };
      const deviation = columns.map((of, e) =>
        Math.sqrt(of.reduce((sum, x) => sum + (x - (mean[e] as number)) ** 2, 0) / n),
      );
      const least = columns.map((of) => Math.min(...of));
      const most = columns.map((of) => Math.max(...of));
      const all = Float32Array.from([mean, deviation, least, most].flat());
      return { value: tensor(["statistic", ...axes.slice(1)], [4, ...shape.slice(1)], all) };
    }
  }
}
