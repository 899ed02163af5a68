/** Shape of the Neurons panel's data. A person's notes are not part of a saved view. */
import type { NeuronSearch, FilePlace } from "../neuronPanel";
import { searchScopes } from "../neuronPanel";
import { neuronOrders } from "../neurons";
import type {
  Explanation,
  NeuronCard,
  NeuronDriver,
  NeuronHistogram,
  NeuronPlace,
  NeuronScore,
  NeuronsResult,
  RankedEffect,
  WeightedToken,
} from "../neurons";
import type {
  AblatedNeuron,
  Effect,
  EffectTarget,
  NeuronEffects,
  RunEffect,
  StrengthRow,
  TargetStrengthRow,
} from "../neuronEffects";
import type { NeuronsPanelData } from "../panelApi";
import { aboutNext, aboutThis, namedShape, scoredShape, tokenShape, windowShape } from "./common";
import { flag, index, integer, list, mark, nullable, number, object, optional, text, word } from "./shapes";

const most = 1000;
const weighted = list(object<WeightedToken>({ id: index, text: nullable(text), weight: number }), most);
const explanation = object<Explanation>({
  text,
  kind: word("token", "next-token", "ngram", "none"),
  score: number,
  control: number,
  basis: text,
});
const effect = object<Effect>({ logProb: number, logitDiff: number });
const runEffect = object<RunEffect>({ logProb: number, logitDiff: number, kl: number });
const target = object<EffectTarget>({ position: integer, token: namedShape, minus: namedShape });
const ablation = word("mean", "zero");
const place = object<NeuronPlace>({
  pos: index,
  activation: number,
  token: tokenShape,
  before: text,
  after: text,
});

const ranking = object<NeuronsResult>({
  about: aboutThis,
  signed: optional(mark),
  neurons: list(
    object<NeuronScore>({
      layer: index,
      neuron: index,
      score: number,
      exact: optional(runEffect),
      activations: list(number),
      promotes: weighted,
      suppresses: weighted,
      explanation,
    }),
    most,
  ),
  baseline: word("records", "window", "none"),
  by: word(...neuronOrders),
  effect: optional(object<RankedEffect>({ measure: word("logProb", "logitDiff"), target, ablation })),
  window: windowShape,
  selected: list(index),
});

const share = object<NeuronHistogram["selection"]["mean"]>({ value: number, below: number });
const histogram = object<NeuronHistogram>({
  basis: word("records", "window"),
  n: index,
  edges: list(number, most),
  counts: list(index, most),
  quantiles: list(object<NeuronHistogram["quantiles"][number]>({ share: number, value: number }), most),
  selection: object<NeuronHistogram["selection"]>({ mean: share, strongest: share }),
});

const card = object<NeuronCard>({
  about: aboutThis,
  layer: index,
  neuron: index,
  window: windowShape,
  activations: list(number),
  promotes: weighted,
  suppresses: weighted,
  drivers: list(object<NeuronDriver>({ source: text, contribution: number, up: optional(number) }), most),
  driversAt: index,
  preActivation: number,
  rest: number,
  places: list(place, most),
  recordPlaces: list(
    object<NeuronCard["recordPlaces"][number]>({
      activation: number,
      before: text,
      token: text,
      after: text,
    }),
    most,
  ),
  record: nullable(
    object<NonNullable<NeuronCard["record"]>>({ mean: number, deviation: number, max: number }),
  ),
  histogram,
  explanation,
});

const ablated = object<AblatedNeuron>({
  neuron: index,
  write: number,
  direct: nullable(effect),
  exact: runEffect,
});
const strength = { factor: number, kl: number, top: list(scoredShape, most) };

const effects = object<NeuronEffects>({
  about: aboutNext,
  layer: index,
  neuron: index,
  window: windowShape,
  selected: list(index),
  target,
  ablation,
  activation: number,
  ablatedTo: number,
  plain: object<NeuronEffects["plain"]>({ logProb: number, logitDiff: number, top: list(scoredShape, most) }),
  effect: ablated,
  noDirect: optional(text),
  controls: list(ablated, most),
  percentile: nullable(
    object<NonNullable<NeuronEffects["percentile"]>>({ direct: nullable(effect), exact: runEffect }),
  ),
  strengths: list(object<TargetStrengthRow>({ ...strength, logProb: number, logitDiff: number }), most),
  elsewhere: nullable(
    object<NonNullable<NeuronEffects["elsewhere"]>>({
      line: text,
      strengths: list(object<StrengthRow>(strength), most),
    }),
  ),
});

const search = object<NeuronSearch>({
  scope: word(...searchScopes),
  layer: index,
  neuron: index,
  read: index,
  total: index,
  leftOut: index,
  complete: flag,
  places: list(
    object<FilePlace>({
      file: text,
      line: index,
      activation: number,
      token: namedShape,
      before: text,
      after: text,
    }),
    most,
  ),
});

/** The data. */
export const neuronsShape = object<NeuronsPanelData>({
  ranking,
  chosen: nullable(object<NonNullable<NeuronsPanelData["chosen"]>>({ layer: index, neuron: index })),
  card: nullable(card),
  coloured: () => false,
  selection: text,
  only: nullable(index),
  selectionLength: index,
  searched: word("window", "part", "file"),
  effects: optional(effects),
  search: optional(search),
  notes: () => undefined,
});
