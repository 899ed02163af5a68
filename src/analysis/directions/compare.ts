/** Directions beside each other. */
import type { DirectionsCompared } from "../../protocol/direction";
import { cosine } from "../common/vectors";

/** A named direction's vectors by layer. */
export interface NamedVectors {
  readonly name: string;
  readonly vectors: ReadonlyMap<number, ArrayLike<number>>;
}

/** Cosines layer by layer and of each layer with each; vectors must be of one width. */
export function compareDirections(first: NamedVectors, second: NamedVectors): DirectionsCompared {
  const layers = [first, second].map(({ vectors }) => [...vectors.keys()].sort((a, b) => a - b));
  const [rows, columns] = layers;
  const between = (a: number, b: number): number => cosine(first.vectors.get(a)!, second.vectors.get(b)!);
  const width = first.vectors.get(rows[0])?.length ?? 1;
  return {
    names: [first.name, second.name],
    layers: [rows, columns],
    same: rows
      .filter((layer) => second.vectors.has(layer))
      .map((layer) => ({ layer, cosine: between(layer, layer) })),
    across: rows.map((a) => columns.map((b) => between(a, b))),
    random: 1 / Math.sqrt(width),
  };
}

/** The weighted sum of directions at the layers that all of them have. */
export function combineVectors(
  parts: readonly { readonly vectors: ReadonlyMap<number, ArrayLike<number>>; readonly weight: number }[],
): Map<number, Float32Array> {
  const [first, ...others] = parts;
  const layers = [...first.vectors.keys()].filter((layer) =>
    others.every(({ vectors }) => vectors.has(layer)),
  );
  return new Map(
    layers
      .sort((a, b) => a - b)
      .map((layer) => [
        layer,
        Float32Array.from(first.vectors.get(layer)!, (_, d) =>
          parts.reduce((sum, { vectors, weight }) => sum + weight * vectors.get(layer)![d], 0),
        ),
      ]),
  );
}
