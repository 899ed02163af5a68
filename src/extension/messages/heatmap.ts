/** What is said where a text is coloured by a scalar. */
import { l10n } from "vscode";
import { directionHeatTexts } from "./directions";

/** Colouring a text by a scalar. */
export const heatTexts = {
  pickTitle: () => l10n.t("Colour Text by"),
  pickPlaceholder: () => l10n.t("What each token is coloured by"),
  names: {
    surprisal: () => l10n.t("Surprisal"),
    bits: () => l10n.t("Bits per Token"),
    rank: () => l10n.t("Rank"),
    entropy: () => l10n.t("Entropy"),
    depth: () => l10n.t("Prediction Depth"),
    neuron: () => l10n.t("Neuron"),
    norm: () => l10n.t("Norm of"),
    direction: () => l10n.t("Direction"),
    attentionFrom: () => l10n.t("Attention from the Cursor, Head"),
    attentionTo: () => l10n.t("Attention to the Cursor, Head"),
    attentionRow: () => l10n.t("Attention from the Chosen Token, Head"),
  },
  descriptions: {
    surprisal: () =>
      l10n.t("−log of the token's probability given what is to its left: how little it was expected."),
    bits: () => l10n.t("Surprisal in bits, with the total of the file against its size."),
    rank: () => l10n.t("The token's place among the model's guesses for it; 1 is the first."),
    entropy: () => l10n.t("How open the model is, on this token, about the next one."),
    depth: () => l10n.t("The lens row from which the top guess for the token's place no longer changes."),
    neuron: () => l10n.t("The activation of one MLP neuron on each token, orange above zero and blue below."),
    norm: () => l10n.t("The length (l2) of the vector at a hook, such as the residual stream after a layer."),
    direction: directionHeatTexts.description,
    attentionFrom: () =>
      l10n.t("How much the token at the cursor attends to each token before it, in one head."),
    attentionRow: () =>
      l10n.t(
        "How much the token chosen in the Attention panel attends to each token before it, in one head.",
      ),
    attentionTo: () => l10n.t("How much each later token attends to the token at the cursor, in one head."),
  },
  notFor: {
    surprisal: () =>
      l10n.t(
        "Not an error detector: what is rare need not be wrong, what is wrong may be likely, and a small model is surprised by much that it never learned. The value belongs to this model, its tokenizer and the window.",
      ),
    rank: () =>
      l10n.t(
        "Not an error detector: a token of a low rank may be one of many good ones. Ranks of different models compare only where their vocabularies do.",
      ),
    entropy: () => l10n.t("Many good continuations and a model that does not know look the same."),
    depth: () =>
      l10n.t(
        "The depth from which the decoded top token no longer changes, not a moment of decision; early rows of the lens are biased.",
      ),
    neuron: () => l10n.t("An activation is not a meaning; what else the neuron fires on is on its card."),
    norm: () =>
      l10n.t(
        "Lengths grow with the layers and vary with how common a token is; they say nothing about what is in the vector.",
      ),
    direction: directionHeatTexts.notFor,
    attention: () =>
      l10n.t(
        "Where a head reads from is not what it makes of it; the first token takes what no other is given, and is left out.",
      ),
  },
  scaleWhy: {
    surprisal: () =>
      l10n.t("The strongest colour stands for a guess by chance among all tokens, and for all above it."),
    rank: () =>
      l10n.t("Equal factors are equal steps; the strongest colour stands for the size of the vocabulary."),
    entropy: () => l10n.t("The strongest colour stands for no preference at all."),
    depth: () => l10n.t("The strongest colour stands for the last layer."),
    neuron: () => l10n.t("The strongest colour stands for the largest size that is measured so far."),
    norm: () => l10n.t("From the 2nd to the 98th of a hundred values measured so far."),
    direction: directionHeatTexts.scaleWhy,
    attention: () => l10n.t("The strongest colour stands for the largest weight that is counted."),
  },
  actions: {
    table: () => l10n.t("Show as Table"),
    export: () => l10n.t("Export…"),
    unit: () => l10n.t("Switch between Nats and Bits"),
    whole: () => l10n.t("Measure the Whole File"),
    stop: () => l10n.t("Stop Measuring"),
    clear: () => l10n.t("Clear Colours"),
  },
  askNeuron: (layer: number, neuron: number) =>
    l10n.t("Layer.neuron, as in 2.41: a layer up to {0}, a neuron up to {1}", layer, neuron),
  askHead: (layer: number, head: number) =>
    l10n.t("Layer.head, as in 2.3: a layer up to {0}, a head up to {1}", layer, head),
  askHook: (layer: number) => l10n.t("Hook whose vector is measured; layers go from 0 to {0}", layer),
  change: () => l10n.t("Change…"),
  clear: () => l10n.t("Clear (Escape)"),
  nats: () => l10n.t("nats"),
  bits: () => l10n.t("bits"),
  perByte: (value: string) => l10n.t("{0} bits/byte", value),
  ofSize: (share: string) => l10n.t("{0} of its UTF-8", share),
  measuredShare: (share: string) => l10n.t("{0} measured", share),
  rowOf: (row: number) => l10n.t("row {0}", row),
  legendName: () => l10n.t("Introspect Colour Legend"),
  scaleLine: (ramp: string) => l10n.t("Scale: {0}.", ramp),
  quantiles: (half: string, most: string, almostAll: string, n: number) =>
    l10n.t("Half of {3} tokens are at {0} or below, 90% at {1}, 99% at {2}.", half, most, almostAll, n),
  total: ({ bits, perByte, bytes, share }: { bits: number; perByte: string; bytes: number; share: string }) =>
    l10n.t(
      "In all {0} bits for {2} bytes of UTF-8: {1} bits per byte, {3} of the file's size.",
      bits,
      perByte,
      bytes,
      share,
    ),
  totalSoFar: ({
    bits,
    perByte,
    bytes,
    share,
  }: {
    bits: number;
    perByte: string;
    bytes: number;
    share: string;
  }) =>
    l10n.t(
      "So far {0} bits for {2} bytes of UTF-8: {1} bits per byte, {3} of their size.",
      bits,
      perByte,
      bytes,
      share,
    ),
  windows: (least: number, most: number) =>
    l10n.t(
      "Each token is seen with at least {0} tokens before it where there are as many, in windows of {1}.",
      least,
      most,
    ),
  hoverThis: (name: string, token: string, value: string) => l10n.t("{0} of {1}: {2}", name, token, value),
  hoverNext: (name: string, token: string, value: string) =>
    l10n.t("{0} about what follows {1}: {2}", name, token, value),
  hoverNone: (name: string, token: string, why: string) => l10n.t("{0} of {1}: none. {2}", name, token, why),
  nothingBefore: () => l10n.t("Nothing stands before it from which it could be predicted."),
  outOfReach: () => l10n.t("It is not in one window with the token at the cursor, or on its other side."),
  notCounted: () =>
    l10n.t("The first position is an attention sink: it is not coloured, nor used for the scale."),
  predictedHere: (list: string) => l10n.t("Predicted here: {0}", list),
  predictedNext: (list: string) => l10n.t("Predicted next: {0}", list),
  empty: () => l10n.t("There is no text to colour yet. Write some, then choose again."),
};
