/** One neuron's activations as a painting. */
import type { TokenInfo } from "../../protocol/model";
import { colourTexts } from "../messages";
import { bucketTokens, scaleOf } from "./buckets";
import type { Painting } from "./tokenColours";

/** One neuron's activations on tokens of one version of a document. */
export interface NeuronOnText {
  readonly uri: string;
  readonly version: number;
  readonly tokens: readonly TokenInfo[];
  readonly activations: readonly number[];
  readonly layer: number;
  readonly neuron: number;
}

/** Its painting: orange where it is positive, blue where it is negative, against its largest size on these tokens. */
export function neuronPainting({ uri, version, tokens, activations, layer, neuron }: NeuronOnText): Painting {
  const scale = scaleOf(tokens, activations);
  return {
    kind: "neuron",
    uri,
    version,
    followsTyping: false,
    bucketsIn: (ranges) => bucketTokens(tokens, activations, ranges),
    hoverAt(offset) {
      const pos = tokens.findIndex(({ start, end }) => start <= offset && offset < end);
      const token = tokens[pos];
      if (token === undefined || !(scale > 0)) return undefined;
      const activation = activations[pos] ?? 0;
      const share = `${Math.round((100 * activation) / scale)}%`;
      const value = colourTexts.hover(layer, neuron, activation.toPrecision(3), share);
      return { start: token.start, end: token.end, lines: [`${value}  ${JSON.stringify(token.text ?? "")}`] };
    },
  };
}
