/**
 * Layers and heads of a program: where each step would stand in a transformer.
 *
 * Every s-op sits in the earliest layer that can hold it (greedy, as in Weiss et al. 2021, section 4):
 * elementwise functions are free, an aggregate is a head one layer above what it reads.
 */
import { isSelector, operandsOf, reachable, type AggregateNode, type RaspNode } from "./nodes";

/**
 * When two aggregates of a layer are one head:
 * "identity": one selector object (original RASP) · "never": each its own (RASPy, Tracr) ·
 * "equal": selectors that compute the same matrix in the same way (ours).
 */
export type HeadSharing = "identity" | "never" | "equal";

/** A program as layers. */
export interface Schedule {
  /** Layers of attention. */
  readonly layers: number;
  /** Heads of each layer, from layer 1. */
  readonly headsPerLayer: readonly number[];
  /** The layer of a node that the result is made of (0: the input and what is computed of it elementwise). */
  layerOf(node: RaspNode): number;
}

/** The schedule of the nodes that these results are made of. */
export function schedule(results: readonly RaspNode[], sharing: HeadSharing): Schedule {
  const nodes = reachable(results);
  const depths = new Map<number, number>();
  const depth = (node: RaspNode): number => depths.get(node.id) ?? 0;
  for (const node of nodes) {
    const below = Math.max(
      0,
      ...operandsOf(node).map((operand) => depth(operand) + risesFrom(node, operand)),
    );
    depths.set(node.id, below);
  }
  const aggregates = nodes.filter((node): node is AggregateNode => node.kind === "aggregate");
  const layers = Math.max(0, ...results.map(depth));
  const heads = Array.from({ length: layers }, () => new Set<number>());
  for (const node of aggregates) heads[depth(node) - 1].add(headOf(node, sharing));
  return { layers, headsPerLayer: heads.map((layer) => layer.size), layerOf: depth };
}

/** A selector stands one layer above its keys and queries; an aggregate, one above its value and with its selector. */
function risesFrom(node: RaspNode, operand: RaspNode): number {
  if (node.kind === "select") return 1;
  return node.kind === "aggregate" && !isSelector(operand) ? 1 : 0;
}

function headOf(node: AggregateNode, sharing: HeadSharing): number {
  if (sharing === "never") return node.id;
  return sharing === "equal" ? node.selector.shape : node.selector.id;
}
