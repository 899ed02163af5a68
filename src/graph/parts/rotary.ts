/** Rotary position embedding of queries and keys. */
import type { GraphBuilder, ValueName } from "../graphBuilder";

/** Names of the graph inputs with cosine and sine, [pos, 1, dHead] each; both halves of dHead repeat the same angles. */
export const rotaryInputs = { cos: "rotary/cos", sin: "rotary/sin" } as const;

/** Declares cosine and sine as graph inputs. */
export function declareRotary(graph: GraphBuilder, dHead: number): void {
  graph.input(rotaryInputs.cos, ["T", 1, dHead]);
  graph.input(rotaryInputs.sin, ["T", 1, dHead]);
}

/**
 * x [pos, head, dHead] turned by its position; the first half of dHead pairs with the second.
 * Source: Su et al., "RoFormer", 2021, in the half-split layout of Hugging Face checkpoints.
 */
export function rotate(graph: GraphBuilder, x: ValueName): ValueName {
  const [first, second] = graph.ops("Split", [x], { outputs: 2, attributes: { axis: 2, num_outputs: 2 } });
  const turned = graph.op("Concat", [graph.op("Neg", [second]), first], {
    axis: 2,
  });
  const along = graph.op("Mul", [x, rotaryInputs.cos]);
  return graph.op("Add", [along, graph.op("Mul", [turned, rotaryInputs.sin])]);
}
