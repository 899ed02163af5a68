/** Rotary position embedding of queries and keys. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { RotarySpec } from "../modelSpec";

/** Names of the graph inputs with cosine and sine, [pos, 1, dRotary] each; both of a pair have the same angle. */
export const rotaryInputs = { cos: "rotary/cos", sin: "rotary/sin" } as const;

/** Declares cosine and sine as graph inputs. */
export function declareRotary(graph: GraphBuilder, { dRotary }: RotarySpec): void {
  graph.input(rotaryInputs.cos, ["T", 1, dRotary]);
  graph.input(rotaryInputs.sin, ["T", 1, dRotary]);
}

/**
 * x [pos, head, dHead] turned by its position: its first dRotary dimensions in pairs, the others kept.
 * Source: Su et al., "RoFormer", 2021: pairs of neighbours; pairs of halves as in most Hugging Face checkpoints.
 */
export function rotate(
  graph: GraphBuilder,
  x: ValueName,
  rotary: RotarySpec,
  { nHeads, dHead }: { nHeads: number; dHead: number },
): ValueName {
  const { dRotary } = rotary;
  if (dRotary === dHead) return turned(graph, x, rotary, nHeads);
  const [first, kept] = graph.ops("Split", [x, graph.ints(dRotary, dHead - dRotary)], {
    outputs: 2,
    attributes: { axis: 2 },
  });
  return graph.op("Concat", [turned(graph, first, rotary, nHeads), kept], { axis: 2 });
}

function turned(
  graph: GraphBuilder,
  x: ValueName,
  { pairs, dRotary }: RotarySpec,
  nHeads: number,
): ValueName {
  const quarter = pairs === "halves" ? halves(graph, x) : neighbours(graph, x, nHeads, dRotary);
  const along = graph.op("Mul", [x, rotaryInputs.cos]);
  return graph.op("Add", [along, graph.op("Mul", [quarter, rotaryInputs.sin])]);
}

/** x turned by a right angle, dimension i paired with i + dRotary / 2. */
function halves(graph: GraphBuilder, x: ValueName): ValueName {
  const [first, second] = graph.ops("Split", [x], { outputs: 2, attributes: { axis: 2, num_outputs: 2 } });
  return graph.op("Concat", [graph.op("Neg", [second]), first], { axis: 2 });
}

/** x turned by a right angle, dimension 2i paired with 2i + 1. */
function neighbours(graph: GraphBuilder, x: ValueName, nHeads: number, dRotary: number): ValueName {
  const paired = graph.op("Reshape", [x, graph.ints(0, nHeads, dRotary / 2, 2)]);
  const [even, odd] = graph.ops("Split", [paired], { outputs: 2, attributes: { axis: 3, num_outputs: 2 } });
  const swapped = graph.op("Concat", [graph.op("Neg", [odd]), even], { axis: 3 });
  return graph.op("Reshape", [swapped, graph.ints(0, nHeads, dRotary)]);
}
