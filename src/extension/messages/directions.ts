/** What the extension says about directions. */
import { l10n } from "vscode";
import type { DirectionHeader, DirectionPosition, DirectionTemplate } from "../../protocol/direction";

/** Methods in words. */
export const methodNames: Readonly<Record<DirectionHeader["method"], () => string>> = {
  "mean-difference": () => l10n.t("difference of means"),
  pca: () => l10n.t("principal component"),
  logistic: () => l10n.t("logistic probe"),
  "prompt-pair": () => l10n.t("two prompts"),
  task: () => l10n.t("task vector"),
  unembed: () => l10n.t("two tokens"),
  neurons: () => l10n.t("neurons"),
  head: () => l10n.t("head's output"),
  import: () => l10n.t("imported"),
  combined: () => l10n.t("combined"),
};

/** The Directions view. */
export const treeTexts = {
  best: (layer: number) => l10n.t("best layer {0}", layer),
  heldOut: (accuracy: string) => l10n.t("{0} held out", accuracy),
  notJudged: () => l10n.t("not judged"),
  of: (method: string, template: string) => l10n.t("{0} of the template {1}", method, template),
  accuracy: (accuracy: string, low: string, high: string, texts: number) =>
    l10n.t("Held-out accuracy {0} (95 % interval {1} to {2}, {3} texts).", accuracy, low, high, texts),
  nulls: (random: string, shuffled: string) =>
    l10n.t(
      "Better than {0} of random directions and {1} of directions from shuffled labels.",
      random,
      shuffled,
    ),
};

/** Choosing a direction and layers of it. */
export const pickTexts = {
  none: () => l10n.t("There are no directions in this workspace yet."),
  which: () => l10n.t("Which direction?"),
  first: () => l10n.t("Compare which direction …"),
  second: () => l10n.t("… with which other one?"),
  others: () => l10n.t("Which directions are added up?"),
  layers: () => l10n.t("At which layers?"),
  best: (layer: number) => l10n.t("Best layer ({0})", layer),
  all: () => l10n.t("Mean over All Layers"),
  band: () => l10n.t("Mean over a Band of Layers…"),
  askBand: (first: number, last: number) =>
    l10n.t("First and last layer of the band, as in {0}-{1}", first, last),
  layer: (layer: number) => l10n.t("Layer {0}", layer),
};

/** Making a direction. */
export const makeTexts = {
  title: () => l10n.t("Make Direction"),
  make: () => l10n.t("Make Direction…"),
  from: () => l10n.t("What is the direction made from?"),
  template: () => l10n.t("A Shipped Template"),
  templateMore: () => l10n.t("Pairs that come with Introspect: honesty, sentiment, languages and others"),
  selections: () => l10n.t("Two Selections"),
  selectionsMore: (towards: string, away: string) => l10n.t("“{0}” against “{1}”", towards, away),
  selectionMark: (text: string) =>
    l10n.t("“{0}” is the positive side; then select the negative one and choose this again", text),
  selectionsNone: () => l10n.t("Select two texts with Alt+click, or one after the other"),
  marked: (text: string) =>
    l10n.t("“{0}” is the positive side. Now select its opposite and run Make Direction… again.", text),
  file: () => l10n.t("A Table in the Workspace"),
  fileMore: () => l10n.t("CSV, JSON lines or Markdown: a column of positive texts, one of negative ones"),
  tokens: () => l10n.t("Two Tokens"),
  tokensMore: () => l10n.t("The difference of their unembedding rows; nothing is run"),
  which: () => l10n.t("Which template?"),
  odds: {
    likely: () => l10n.t("a small base model likely carries it"),
    possible: () => l10n.t("a small base model may carry it"),
    unlikely: () => l10n.t("a small base model hardly carries it"),
  } satisfies Record<DirectionTemplate["smallModel"], () => string>,
  whichFile: () => l10n.t("Which file holds the pairs?"),
  browse: () => l10n.t("Browse…"),
  noSelection: () => l10n.t("Nothing is selected, so there is nothing to make a direction of."),
  noSelectionNext: () => l10n.t("Select a text and its opposite, or choose a template."),
  how: () => l10n.t("By which method?"),
  methods: {
    "mean-difference": () => l10n.t("Mean of one side less mean of the other; a good first choice"),
    pca: () => l10n.t("First principal component of the pairs' differences"),
    logistic: () => l10n.t("Weights of a probe that tells the sides apart; may lean on few dimensions"),
  },
  where: () => l10n.t("Where is each text read?"),
  positions: {
    last: () => l10n.t("At Its Last Token"),
    mean: () => l10n.t("Mean over Its Tokens"),
  } satisfies Record<DirectionPosition, () => string>,
  positionsMore: {
    last: () => l10n.t("What the model makes of a whole text by its end; says less of tokens before it"),
    mean: () => l10n.t("Without position 0; to read every token of a text, or to colour it"),
  } satisfies Record<DirectionPosition, () => string>,
  plus: () => l10n.t("Token of the positive side; a leading space belongs to it"),
  minus: () => l10n.t("Token of the negative side"),
  noToken: () => l10n.t("Write a token."),
  sameToken: () => l10n.t("Both tokens are the same; their difference is nothing."),
  save: () => l10n.t("Where it is saved in the workspace; its vectors go beside it"),
  noPath: () => l10n.t("Write a path inside the workspace, such as directions/honesty.json."),
  taken: (file: string) => l10n.t("There is a file {0} already. Choose another name.", file),
  making: (name: string) => l10n.t("Introspect: making the direction {0}", name),
  made: (name: string) => l10n.t("The direction {0} is made.", name),
};

/** Parts of the model and tasks that a direction is made from. */
export const sourceTexts = {
  neurons: () => l10n.t("Neurons"),
  neuronsMore: () => l10n.t("The sum of what they write into the stream"),
  neuronsLooked: (neuron: string) =>
    l10n.t("The sum of what they write into the stream; neuron {0} is looked at", neuron),
  whichNeurons: () =>
    l10n.t("Neurons as LAYER.NEURON with commas between them; -3.12 takes one off, 0.5*3.12 is half of it"),
  noNeurons: () => l10n.t("Write neurons, such as 3.12, 3.40, -5.7."),
  judgedOn: () => l10n.t("On which pairs is it judged?"),
  notJudged: () => l10n.t("On None"),
  notJudgedMore: () => l10n.t("Nothing then says how well it tells texts apart, or where its zero is"),
  template: () => l10n.t("template"),
  head: () => l10n.t("A Head's Output"),
  headMore: () => l10n.t("How what one attention head writes differs between the sides of pairs"),
  headLooked: (head: string) =>
    l10n.t(
      "How what one attention head writes differs between the sides of pairs; head {0} is looked at",
      head,
    ),
  whichHead: () => l10n.t("The head as LAYER.HEAD"),
  noHead: () => l10n.t("Write a layer and a head, such as 2.3."),
  headPairs: () => l10n.t("Between the sides of which pairs?"),
  task: () => l10n.t("Demonstrations of a Task"),
  taskMore: () => l10n.t("Inputs and outputs: the state in which the model is about to do the same again"),
  whichTask: () => l10n.t("Where are the demonstrations?"),
  type: () => l10n.t("Type Them…"),
  typeMore: () => l10n.t("Such as hot -> cold; big -> small; what is selected in the editor is taken in"),
  demonstrations: () =>
    l10n.t("input -> output, with semicolons between them: six or more, a dozen is better"),
  noDemonstrations: () => l10n.t("Write demonstrations, such as hot -> cold; big -> small."),
  fewDemonstrations: (there: number, needed: number) =>
    l10n.t("{0} are too few: some are held out to judge it. Write {1} or more.", there, needed),
};

/** Other things done with direction files. */
export const fileTexts = {
  importTitle: () => l10n.t("Import Direction"),
  importWhich: () => l10n.t("Import"),
  combineTitle: () => l10n.t("Combine Directions"),
  combineHow: () => l10n.t("Names with + and − between them; a number before a name is its weight"),
  combineBad: (names: string) => l10n.t("Write names with + and − between them. Names: {0}.", names),
  unknown: (name: string) => l10n.t("There is no direction named {0}.", name),
  exportTitle: () => l10n.t("Export Direction"),
  npz: () => l10n.t("NumPy arrays (npz)"),
  npzMore: () => l10n.t("One float32 vector per layer, by the hook's name"),
  gguf: () => l10n.t("Control vector (GGUF)"),
  ggufMore: () => l10n.t("As llama.cpp reads it: --control-vector"),
  exported: (file: string, layers: number) => l10n.t("{0}: {1} layers.", file, layers),
  left: (layers: string) => l10n.t("Layer {0} is not in it, since llama.cpp adds nothing there.", layers),
  gone: (file: string) => l10n.t("{0} is no direction any more.", file),
  goneNext: () => l10n.t("Choose another one, or make it again."),
};

/** Colouring a text along a direction. */
export const directionHeatTexts = {
  description: () =>
    l10n.t(
      "How far each token lies to one side of a direction's threshold, orange positive and blue negative.",
    ),
  notFor: () =>
    l10n.t(
      "A score says how a token's vector lies to texts of two kinds, not whether something is so; look at the direction's held-out accuracy and its nulls first.",
    ),
  scaleWhy: () =>
    l10n.t(
      "Zero, the background, is the direction's threshold; the strongest colour stands for the largest distance from it, in the residual stream's own units.",
    ),
};

/** The Direction panel. */
export const pageTexts = {
  reading: () => l10n.t("Reading along the direction …"),
  correlating: () => l10n.t("Reading the document along both directions …"),
  noText: () => l10n.t("Put the cursor into a line of text, or select some: it is read along the direction."),
  cut: (most: number) => l10n.t("The last {0} tokens of it are shown.", most),
};
