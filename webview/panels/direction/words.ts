/** Sentences and names of the Direction page. */
import type {
  DirectionHeader,
  DirectionLayer,
  DirectionsCompared,
  DirectionsCorrelated,
} from "../../../src/protocol/direction";
import { type ConceptReading, roomBehind } from "../../../src/protocol/directionPanel";
import { count, number, percent } from "../../shared/format";

/** Methods in words. */
export const methodNames: Readonly<Record<DirectionHeader["method"], string>> = {
  "mean-difference": "difference of means",
  pca: "principal component",
  logistic: "logistic probe",
  "prompt-pair": "two prompts",
  task: "task vector",
  unembed: "two tokens’ unembedding rows",
  neurons: "what neurons write",
  head: "difference of a head’s means",
  import: "imported",
  combined: "combined",
};

/** What the direction was made of. */
export function madeSentence({
  method,
  template,
  data,
  position,
  hook,
  parts,
  bos,
}: DirectionHeader): string {
  const sum = (parts ?? []).map(
    ({ name, weight }) => `${weight < 0 ? "−" : "+"} ${number(Math.abs(weight))} ${name}`,
  );
  const { texts } = data;
  const from =
    data.pairs === 0
      ? []
      : [
          `${count(data.pairs)} ${data.pairs === 1 ? "pair" : "pairs"}${template === undefined ? "" : ` of the template ${template}`}`,
          position === "last" ? "read at the last token" : "mean over the tokens",
          bos ? "BOS first" : "no BOS",
          `${texts.train} texts to fit, ${texts.validation} to choose the layer, ${texts.test} held out`,
          `seed ${data.seed}`,
        ];
  return [[methodNames[method], ...sum].join(" "), hook, ...from].join(" · ");
}

/** How the best layer was chosen. */
export function chosenSentence({ bestLayer, chosenOn }: DirectionHeader): string {
  const how = {
    validation: "by the accuracy on the validation part, never on what is held out",
    training: "by the accuracy on the training part, as there is no other; nothing held out had a part in it",
    rule: "by a rule, as no texts could decide",
  };
  return `Best layer ${bestLayer}, chosen ${how[chosenOn]}.`;
}

/** How good a direction is at a layer, beside its nulls. */
export function qualitySentence(layer: DirectionLayer, header: DirectionHeader): string {
  const { accuracy, interval, percentile, nulls } = layer;
  if (accuracy === null || interval === null)
    return "Nothing was held out, so nothing says how well it tells the sides apart.";
  const test = `${percent(accuracy)} of ${header.data.texts.test} held-out texts (95% interval ${percent(interval[0])} to ${percent(interval[1])})`;
  const draws = nulls.isotropic.length;
  return `At layer ${layer.layer} the direction puts ${test} on their side: more than ${percent(percentile.isotropic)} of ${draws} random directions and ${percent(percentile.shuffled)} of ${nulls.shuffled.length} from shuffled labels.`;
}

/** What the colours mean at a layer. */
export function calibrationSentence(
  { threshold, spread }: Pick<DirectionLayer, "threshold" | "spread">,
  layers: readonly number[],
): string {
  const at = layers.length === 1 ? `At layer ${layers[0]}` : `Over layers ${layers[0]} to ${layers.at(-1)}`;
  if (threshold === null || spread === null || spread <= 0)
    return `${at} no texts say where the sides part: zero is the score 0, and the strongest colour the largest score here.`;
  return `${at} the sides part at ${number(threshold)}: zero here. ±1 are the means of the training texts of either side, ${number(spread)} away. A score tells how a token’s vector lies to those texts, not whether something is so.`;
}

/** What is written behind a text, and why no more can be. */
export function writingSentence(reading: ConceptReading, nCtx: number): string {
  const n = reading.window.tokens.filter(({ generated }) => generated).length;
  const written =
    n === 0 ? "" : `${count(n)} dotted ${n === 1 ? "token is" : "tokens are"} the model’s own. `;
  if (roomBehind(reading, nCtx) === 0)
    return `${written}The model sees ${count(nCtx)} tokens; there is no room for more.`;
  return `${written}The likeliest token each time, read as it comes.`;
}

/** What a direction of ends of texts says of other tokens; empty where it was made of all of them. */
export const endsSentence = ({ position, data }: DirectionHeader): string =>
  position === "last" && data.pairs > 0
    ? " It was made at the last tokens of its texts: of a token within a text it says less."
    : "";

/** How two directions stand to each other. */
export function comparedSentence({ names, same, random }: DirectionsCompared): string {
  const [a, b] = names;
  if (same.length === 0) return `${a} and ${b} have no layer in common.`;
  const most = same.reduce((best, one) => (Math.abs(one.cosine) > Math.abs(best.cosine) ? one : best));
  return `At the same layer ${a} and ${b} are most alike at layer ${most.layer}: ${number(most.cosine)}. Random directions are ±${number(random)} alike.`;
}

/** How their scores go together over a document. */
export function correlatedSentence(found: DirectionsCorrelated & { readonly document: string }): string {
  const { n, r, shifted, percentile, cut, document } = found;
  const range =
    shifted.length === 0 ? "" : ` (${number(Math.min(...shifted))} to ${number(Math.max(...shifted))})`;
  const beside =
    percentile === null
      ? "Too few tokens to say what chance gives."
      : `Its size is above ${percent(percentile)} of ${shifted.length} made with one list shifted against the other${range}, which leaves neighbours neighbours.`;
  const part = cut ? " Only the beginning of the file was read." : "";
  return `Over ${count(n)} tokens of ${document} the scores correlate with r = ${number(r)}. ${beside}${part}`;
}
