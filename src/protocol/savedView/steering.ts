/** Shape of the Steering panel's data. */
import { decodeExperiment } from "../decodeExperiment";
import { measureKinds } from "../decodeSteeringMeasure";
import {
  type AlignedParts,
  type GenerateResult,
  type MovedToken,
  shuffledKinds,
  type SteerResult,
  type SteerSamples,
  type SteerStep,
} from "../edit";
import type { SteeringPanelData, SteeringPanelStep } from "../panelApi";
import type { ExpectationResult } from "../steeringMeasure";
import { aboutThis, scoredShape } from "./common";
import { flag, index, list, nullable, number, object, optional, type Shape, text, word } from "./shapes";

/** Most draws of a null, most expectations, most samples. */
const most = 10_000;

const generated = object<GenerateResult>({
  about: aboutThis,
  ids: list(index),
  text: nullable(text),
  logProbs: list(number),
  tokens: list(nullable(text)),
  alternatives: optional(list(list(scoredShape, 1000))),
});

const draws = list(generated, most);
const numbers = list(number, most);
const shares = list(nullable(number), most);
const percentiles = object<{ isotropic: number | null; shuffled: number | null }>({
  isotropic: nullable(number),
  shuffled: nullable(number),
});

const moved = list(
  object<MovedToken>({ id: index, text: nullable(text), default: number, steered: number }),
  1000,
);

const alignedParts = object<AlignedParts>({
  effectiveness: number,
  disruption: number,
  kl: object<AlignedParts["kl"]>({ aligned: number, rest: number }),
});

const interval: Shape<readonly [number, number]> = (value, path) => {
  const [low, high] = list(number, 2)(value, path);
  return [number(low, path), number(high, path)];
};

const expectation = object<ExpectationResult>({
  of: word(...measureKinds),
  name: text,
  default: nullable(number),
  steered: number,
  value: number,
  met: flag,
  says: text,
  atLeast: optional(number),
  atMost: optional(number),
  drawn: optional(object<NonNullable<ExpectationResult["drawn"]>>({ n: index, hits: index, interval })),
  nulls: optional(object<NonNullable<ExpectationResult["nulls"]>>({ isotropic: numbers, shuffled: numbers })),
  percentiles: optional(percentiles),
});

type Facts = NonNullable<SteerResult["controlFacts"]>;

const controlFacts = object<Facts>({
  shuffled: optional(word(...shuffledKinds)),
  prompting: optional(text),
  otherLayer: optional(index),
  relativeNorm: object<Facts["relativeNorm"]>({
    positiveOnly: optional(shares),
    embeddingOnly: optional(shares),
    prompting: optional(shares),
    otherLayer: optional(shares),
  }),
});

/** A steering result. */
const resultShape = object<SteerResult>({
  default: generated,
  steered: generated,
  controls: object<SteerResult["controls"]>({
    zero: generated,
    isotropic: draws,
    shuffled: optional(draws),
    positiveOnly: optional(generated),
    embeddingOnly: optional(generated),
    prompting: optional(generated),
    otherLayer: optional(generated),
  }),
  kl: object<SteerResult["kl"]>({
    steered: number,
    isotropic: numbers,
    shuffled: optional(numbers),
    positiveOnly: optional(number),
    embeddingOnly: optional(number),
    prompting: optional(number),
    otherLayer: optional(number),
  }),
  percentile: nullable(number),
  relativeNorm: shares,
  partsAt: nullable(index),
  bos: flag,
  digest: nullable(text),
  percentiles: optional(percentiles),
  controlFacts: optional(controlFacts),
  samples: optional(
    object<SteerSamples>({
      seeds: numbers,
      default: draws,
      steered: draws,
      partsAt: list(nullable(index), most),
    }),
  ),
  crossed: optional(
    object<NonNullable<SteerResult["crossed"]>>({ steered: list(number), default: list(number) }),
  ),
  moved: optional(object<NonNullable<SteerResult["moved"]>>({ up: moved, down: moved })),
  aligned: optional(
    object<NonNullable<SteerResult["aligned"]>>({
      tokens: moved,
      steered: alignedParts,
      isotropic: list(alignedParts, most),
      shuffled: optional(list(alignedParts, most)),
    }),
  ),
  expectations: optional(list(expectation, most)),
  met: optional(flag),
  warnings: optional(list(text, most)),
});

const stepShape = object<SteeringPanelStep>({
  scale: number,
  ran: object<SteerStep>({
    default: generated,
    steered: generated,
    partsAt: nullable(index),
    kl: number,
    relativeNorm: shares,
  }),
});

/** The data of an experiment; its edits are checked as those of a file. */
export const steeringShape = object<SteeringPanelData>({
  experiment: (value) => decodeExperiment(value),
  result: nullable(resultShape),
  step: optional(stepShape),
  file: nullable(text),
});
