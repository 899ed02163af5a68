/** Nonlinearities of MLPs. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { Activation } from "../modelSpec";

/** The activation of x, elementwise. Names as in Hugging Face transformers' ACT2FN. */
export function activation(graph: GraphBuilder, x: ValueName, kind: Activation): ValueName {
  switch (kind) {
    case "gelu":
      return graph.op("Gelu", [x], { approximate: "none" });
    case "gelu-tanh":
      return graph.op("Gelu", [x], { approximate: "tanh" });
    case "gelu-quick":
      return graph.op("Mul", [x, graph.op("Sigmoid", [graph.op("Mul", [x, graph.scalar(1.702)])])]);
    case "relu":
      return graph.op("Relu", [x]);
    case "relu-squared": {
      const positive = graph.op("Relu", [x]);
      return graph.op("Mul", [positive, positive]);
    }
    case "silu":
      return graph.op("Mul", [x, graph.op("Sigmoid", [x])]);
    case "tanh":
      return graph.op("Tanh", [x]);
    case "sigmoid":
      return graph.op("Sigmoid", [x]);
    case "identity":
      return x;
  }
}
