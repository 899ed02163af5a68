/** What steering costs against plain generations: one step of the strength slider, and a sweep of layers × strengths. */
import { StrengthSteps } from "../../../src/analysis/steering/step";
import { steeringSweep } from "../../../src/analysis/steeringSweep";
import type { OpenModel } from "../../../src/engine/model";
import { decodeSteeringSweep } from "../../../src/protocol/decodeSteeringSweep";
import type { Edit } from "../../../src/protocol/edit";
import { someIds } from "./inputs";
import { timeOf, timePair } from "./timing";

const promptLength = 64;
const front = 4;

/** Rows added in front, as a difference of two short texts is. */
const rows = (width: number): number[][] =>
  Array.from({ length: front }, (_, p) =>
    Array.from({ length: width }, (_, i) => (p === 0 ? 0 : Math.sin(p + i))),
  );

/** One strength after another, 16 new tokens each behind 64, against a plain generation of as many behind a new prompt. */
export async function sliderStep({ runner, vocabulary }: OpenModel): Promise<object> {
  const sampling = { maxTokens: 16, temperature: 0, seed: 0 };
  const edit = {
    hook: "blocks.6.hook_resid_pre",
    op: "add" as const,
    value: rows(runner.info.dModel),
    positions: "prefill-front" as const,
  };
  const asked = { ids: someIds(promptLength, 6), edits: [edit], sampling, encoder: null };
  const steps = await StrengthSteps.prepare(runner, vocabulary, asked, {});
  let [seed, strength] = [100, 0];
  const [plainMs, stepMs] = await timePair(
    5,
    () => runner.generate({ ids: someIds(promptLength, seed++), sampling }),
    () => steps.at([(strength += 0.5)], {}),
  );
  return { newTokens: sampling.maxTokens, plainMs, stepMs, ratio: stepMs / plainMs };
}

/** 12 layers × 8 strengths, 32 new tokens in each cell and the KL, against that many times a plain generation. */
export async function steeringSweepCells({ runner, vocabulary }: OpenModel): Promise<object> {
  const ids = someIds(promptLength, 7);
  const strengths = [0, 0.5, 1, 2, 3, 4, 6, 8];
  const plan = decodeSteeringSweep({
    version: 1,
    prompt: "",
    edits: [
      {
        hook: "blocks.{layer}.hook_resid_pre",
        op: "add",
        value: rows(runner.info.dModel),
        positions: "prefill-front",
      },
    ],
    layers: "all",
    strengths,
    effect: { of: "count", words: ["the"], tokens: 32 },
    cost: { of: "kl" },
    controls: { isotropic: 0 },
  });
  const request = {
    plan,
    ids,
    encoder: null,
    effect: { of: "count", n: 1, tokens: 32, count: (text: string) => text.length } as const,
    cost: { of: "kl" } as const,
    readFiles: (edits: readonly Edit[]) => Promise.resolve([...edits]),
  };
  const sampling = { maxTokens: 32, temperature: 0, seed: 0 };
  const cells = runner.info.nLayers * strengths.length;
  const oneMs = await timeOf(3, () => runner.generate({ ids, sampling }));
  const started = performance.now();
  await steeringSweep(runner, vocabulary, request);
  const sweepMs = performance.now() - started;
  const plainMs = oneMs * cells;
  return { cells, newTokens: 32, plainMs, sweepMs, ratio: sweepMs / plainMs };
}
