/** A tiny model with an edit to steer by, and the plain way to look at what it does. */
import type { PairEncoder } from "../../../../src/analysis/common/editValue";
import { numericEdits } from "../../../../src/analysis/common/editValue";
import { EditedModel, SteeringSubject } from "../../../../src/analysis/common/steering/editedModel";
import type { Edit, Experiment } from "../../../../src/protocol/edit";
import { tinyModel, type TinyShape } from "../../../support/tinyModel";
import { TinyRunner, tinyVocabulary } from "../../../support/tinyRunner";
import { randomIds } from "../../../support/tinyWindow";

/** Its sizes. */
export const shape: TinyShape = {
  nLayers: 4,
  nHeads: 2,
  dModel: 8,
  dMlp: 10,
  dVocab: 20,
  nCtx: 32,
  kind: "gpt",
  seed: 6,
};
const model = tinyModel(shape);
/** What is steered. */
export const prompt = randomIds(6, shape.dVocab, 1);
/** Where. */
export const hook = "blocks.1.hook_resid_pre";

/** Digits are ids; a space is the token 1; letters are any tokens. */
export const encoder: PairEncoder = {
  encodeWithBos: (text) => [
    0,
    ...Array.from(text, (c) => (c === " " ? 1 : /\d/.test(c) ? Number(c) : c.charCodeAt(0) % 20)),
  ],
  spaceId: 1,
};

/** By what: the difference of two texts, in front. */
export const pair: Edit = {
  hook,
  op: "add",
  value: { text: "57", minus: "3" },
  scale: 3,
  positions: "prefill-front",
};

/** A runner that has been asked nothing yet. */
export const newRunner = (): TinyRunner => new TinyRunner(model);

/** An experiment with that edit. */
export const experiment = (part: Partial<Experiment> = {}): Experiment => ({
  version: 1,
  model: { path: "tiny", digest: null },
  prompt: "",
  edits: [pair],
  sampling: { maxTokens: 5, temperature: 0, seed: 0 },
  controls: { isotropic: 3, seed: 3 },
  ...part,
});

/** The model without and with an edit. */
export async function models(
  edit: Edit = pair,
  sampling = experiment().sampling,
): Promise<{ runner: TinyRunner; plain: EditedModel; edited: EditedModel; numeric: Edit[] }> {
  const runner = newRunner();
  const subject = new SteeringSubject(runner, tinyVocabulary, { ids: prompt, sampling, encoder });
  const numeric = await numericEdits(runner, [edit], encoder);
  return { runner, plain: new EditedModel(subject, []), edited: new EditedModel(subject, numeric), numeric };
}

/** log softmax of logits at an id, in float64. */
export function logProb(logits: Float32Array, id: number): number {
  const all = Array.from(logits);
  const max = Math.max(...all);
  return all[id] - max - Math.log(all.reduce((sum, x) => sum + Math.exp(x - max), 0));
}
