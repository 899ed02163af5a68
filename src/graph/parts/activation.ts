/** Nonlinearities of MLPs. */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { Activation } from "../modelSpec";

/** The normal distribution whose cumulative function "laplace" is, in the digits that transformers has. */
const laplace = { mean: 0.707107, deviation: 0.282095 };

/** The activation of x, elementwise. Names as in Hugging Face transformers' ACT2FN. */
export function activation(graph: GraphBuilder, x: ValueName, kind: Activation): ValueName {
  switch (kind) {
    case "gelu":
      return graph.op("Gelu", [x], { approximate: "none" });
    case "gelu-tanh":
      return graph.op("Gelu", [x], { approximate: "tanh" });
    case "gelu-quick":
      return graph.op("Mul", [x, graph.op("Sigmoid", [graph.op("Mul", [x, graph.scalar(1.702)])])]);
    case "gelu-clipped": {
      const gelu = graph.op("Gelu", [x], { approximate: "none" });
      return graph.op("Clip", [gelu, graph.scalar(-10), graph.scalar(10)]);
    }
    case "relu":
      return graph.op("Relu", [x]);
    case "relu-squared": {
      const positive = graph.op("Relu", [x]);
      return graph.op("Mul", [positive, positive]);
    }
    case "relu-clipped":
      return graph.op("Clip", [x, graph.scalar(0), graph.scalar(6)]);
    case "relu-leaky":
      return graph.op("LeakyRelu", [x], { alpha: { float: 0.01 } });
    case "mish":
      return graph.op("Mul", [x, graph.op("Tanh", [graph.op("Softplus", [x])])]);
    case "laplace": {
      const centred = graph.op("Sub", [x, graph.scalar(laplace.mean)]);
      const scaled = graph.op("Div", [centred, graph.scalar(laplace.deviation * Math.SQRT2)]);
      const twice = graph.op("Add", [graph.op("Erf", [scaled]), graph.scalar(1)]);
      return graph.op("Mul", [twice, graph.scalar(0.5)]);
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
