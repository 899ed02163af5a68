/**
 * Task vectors: the mean state at the arrow of prompts with demonstrations and a query of no matter, per layer. Judged
 * by setting it at the arrow of a query without demonstrations.
 *
 * Source: Hendel et al., "In-context learning creates task vectors", 2023.
 */
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import { gaussian, permutation, seededRandom } from "../../base/random";
import type { BaseRun, Runner, Vocabulary } from "../../graph/runner";
import type { TaskAccuracy } from "../../protocol/direction";
import { AnalysisError } from "../common/analysisError";
import { percentileOf } from "../common/percentile";
import { readAt } from "../common/reads";
import { length, scaledBy } from "../common/vectors";
import { wilson } from "../common/wilson";
import type { DirectionResult } from "../directions";
import { nearestTokens } from "./nearest";
import { splitPairs } from "./split";
import { resultWarnings } from "./warnings";

/** Demonstrations and how they are turned into prompts. */
export interface TaskRequest {
  /** Input and output. */
  readonly pairs: readonly (readonly [input: string, output: string])[];
  readonly encode: (text: string) => readonly number[];
  readonly hook: string;
  readonly layers: readonly number[];
  readonly testShare: number;
  readonly seed: number;
  readonly draws: number;
  /** Per prompt. */
  readonly demonstrations: number;
}

/** Dummy queries of one vector. */
const dummies = 2;
/** Most queries that choose, and most that judge. */
const mostQueries = 32;

/** A query without demonstrations, kept; `answer` is the first token of what should follow. */
interface Query {
  readonly input: string;
  readonly answer: number;
  readonly run: BaseRun;
}

type Vectors = ReadonlyMap<number, Float64Array>;

const queryOf = (input: string): string => `example:${input}->`;
const shown = ([input, output]: readonly [string, string]): string => `${queryOf(input)}${output}\n`;

/**
 * Makes and judges a task vector.
 * @throws {AnalysisError} "too-few-pairs", "missing-hook"
 */
export async function makeTaskVector(
  runner: Runner,
  vocabulary: Vocabulary,
  request: TaskRequest,
  options: WorkOptions = {},
): Promise<DirectionResult & { readonly task: TaskAccuracy }> {
  const { pairs, layers, demonstrations, seed, draws, hook } = request;
  const split = splitPairs(pairs.length, request.testShare, seed);
  const enough = split.train.length >= demonstrations + dummies;
  if (!enough) throw tooFew(pairs.length, demonstrations + dummies);
  const order = permutation(split.train.length, seededRandom(seed)).map((i) => pairs[split.train[i]]);
  const shownPairs = order.slice(0, demonstrations);
  const queries = order.slice(demonstrations, demonstrations + dummies).map(([input]) => input);
  const vectors = await vectorsOf(runner, request, { shown: shownPairs, queries }, options);
  const prompt = shownPairs.map(shown).join("");
  const [validation, test] = [
    await queriesOf(runner, request, split.validation, options),
    await queriesOf(runner, request, split.test, options),
  ];
  const chosen: number[] = [];
  for (const layer of layers)
    chosen.push(await patched(runner, request, { layer, vectors, queries: validation }, options));
  const nulls = await nullsOf(runner, request, { vectors, test, shown: shownPairs, queries, draws }, options);
  const right: number[] = [];
  for (const layer of layers)
    right.push(await patched(runner, request, { layer, vectors, queries: test }, options));
  const residNorm = await normsOf(runner, request, test);
  const hooks = layers.map((layer) => `blocks.${layer}.${hook}`);
  const nearest = await nearestTokens(
    runner,
    vocabulary,
    hooks,
    layers.map((layer) => ({ vector: vectors.get(layer)! })),
  );
  const n = test.length;
  const all = layers.map((layer, i) => {
    const accuracy = n === 0 ? null : right[i] / n;
    const { isotropic, shuffled } = nulls[i];
    return {
      layer,
      accuracy,
      interval: n === 0 ? null : wilson(right[i], n),
      nulls: nulls[i],
      percentile: {
        isotropic: accuracy === null ? null : percentileOf(accuracy, isotropic),
        shuffled: accuracy === null ? null : percentileOf(accuracy, shuffled),
      },
      pairAccuracy: null,
      validation: validation.length === 0 ? null : chosen[i] / validation.length,
      norm: length(vectors.get(layer)!),
      residNorm: residNorm[i],
      threshold: null,
      spread: null,
      nearest: nearest[i],
    };
  });
  const isChosen = validation.length > 0;
  const best = isChosen
    ? chosen.reduce((best, one, i) => (one > chosen[best] ? i : best), 0)
    : layers.length >> 1;
  const task = {
    regular: await shareRight(runner, request, { test, prompt }, options),
    zeroShot: await shareRight(runner, request, { test, prompt: "" }, options),
    queries: n,
  };
  return {
    layers: all,
    bestLayer: layers[best],
    chosenOn: isChosen ? "validation" : "rule",
    warnings: [...taskWarnings(task, split.test.length), ...resultWarnings(all[best])],
    texts: { train: demonstrations + dummies, validation: validation.length, test: n },
    vectors: new Map(layers.map((layer) => [layer, Float32Array.from(vectors.get(layer)!)])),
    task,
  };
}

function tooFew(n: number, needed: number): AnalysisError {
  const said = `${n} pairs leave fewer than ${needed} to demonstrate with and to query.`;
  return new AnalysisError("too-few-pairs", said, { next: "Give more pairs, or fewer `demonstrations`." });
}

/** States at the arrow, averaged over the dummy queries; all layers of one run at once. */
async function vectorsOf(
  runner: Runner,
  { encode, layers, hook }: TaskRequest,
  of: { readonly shown: readonly (readonly [string, string])[]; readonly queries: readonly string[] },
  { signal }: WorkOptions,
): Promise<Vectors> {
  const sums = new Map<number, Float64Array>();
  for (const query of of.queries) {
    throwIfCancelled(signal);
    const ids = encode(of.shown.map(shown).join("") + queryOf(query));
    const reads = layers.map((layer) => ({ hook: `blocks.${layer}.${hook}`, positions: [ids.length - 1] }));
    const run = await runner.run({ ids, reads, cache: "none" }, { signal });
    for (const layer of layers) {
      const { data } = readAt(run, `blocks.${layer}.${hook}`);
      const sum = sums.get(layer) ?? new Float64Array(data.length);
      sums.set(
        layer,
        sum.map((x, d) => x + data[d] / of.queries.length),
      );
    }
  }
  return sums;
}

/** Queries whose answer begins with a token of its own behind the arrow. */
async function queriesOf(
  runner: Runner,
  { pairs, encode }: TaskRequest,
  which: readonly number[],
  options: WorkOptions,
): Promise<Query[]> {
  const found: Query[] = [];
  for (const i of which.slice(0, mostQueries)) {
    const [input, output] = pairs[i];
    const answer = answerOf(encode, queryOf(input), output);
    if (answer === null) continue;
    found.push({ input, answer, run: await runner.base(encode(queryOf(input)), { signal: options.signal }) });
  }
  return found;
}

function answerOf(encode: TaskRequest["encode"], prompt: string, output: string): number | null {
  const before = encode(prompt);
  const whole = encode(prompt + output);
  return whole.length > before.length && before.every((id, i) => id === whole[i])
    ? whole[before.length]
    : null;
}

/** How many queries are answered right with the vector set at the arrow of one layer. */
async function patched(
  runner: Runner,
  { hook }: TaskRequest,
  of: { readonly layer: number; readonly vectors: Vectors; readonly queries: readonly Query[] },
  options: WorkOptions,
): Promise<number> {
  const value = Array.from(of.vectors.get(of.layer)!);
  const edit = { hook: `blocks.${of.layer}.${hook}`, op: "set" as const, value, positions: "last" as const };
  const rows: Float32Array[] = [];
  for (const { run } of of.queries) {
    throwIfCancelled(options.signal);
    rows.push(
      await run.final({ edits: [edit], positions: [run.ids.length - 1] }, { signal: options.signal }),
    );
  }
  return countRight(runner, rows, of.queries, options);
}

async function countRight(
  runner: Runner,
  rows: readonly Float32Array[],
  queries: readonly Query[],
  { signal }: WorkOptions,
): Promise<number> {
  if (rows.length === 0) return 0;
  const all = new Float32Array(rows.length * runner.info.dModel);
  rows.forEach((row, i) => all.set(row, i * runner.info.dModel));
  const { ids } = await runner.decode({ rows: all, k: 1 }, { signal });
  return queries.filter(({ answer }, i) => ids[i][0] === answer).length;
}

async function shareRight(
  runner: Runner,
  { encode }: TaskRequest,
  { test, prompt }: { readonly test: readonly Query[]; readonly prompt: string },
  options: WorkOptions,
): Promise<number> {
  const hook = `blocks.${runner.info.nLayers - 1}.hook_resid_post`;
  const rows: Float32Array[] = [];
  for (const { input } of test) {
    const ids = encode(prompt + queryOf(input));
    const plan = { ids, reads: [{ hook, positions: [ids.length - 1] }], cache: "none" as const };
    rows.push(readAt(await runner.run(plan, { signal: options.signal }), hook).data);
  }
  return test.length === 0 ? 0 : (await countRight(runner, rows, test, options)) / test.length;
}

/** Random vectors of equal length, and vectors of demonstrations with their outputs shuffled: accuracies by layer. */
async function nullsOf(
  runner: Runner,
  request: TaskRequest,
  of: {
    readonly vectors: Vectors;
    readonly test: readonly Query[];
    readonly shown: readonly (readonly [string, string])[];
    readonly queries: readonly string[];
    readonly draws: number;
  },
  options: WorkOptions,
): Promise<{ isotropic: number[]; shuffled: number[] }[]> {
  const { layers, seed } = request;
  const nulls = layers.map(() => ({ isotropic: [] as number[], shuffled: [] as number[] }));
  if (of.test.length === 0) return nulls;
  const normal = gaussian(seededRandom(seed ^ 0x150));
  for (let draw = 0; draw < of.draws; draw++) {
    options.onProgress?.({ done: draw, total: of.draws, message: "Drawing the nulls" });
    const order = permutation(of.shown.length, seededRandom(seed + draw + 1));
    const mixed = of.shown.map(([input], i) => [input, of.shown[order[i]][1]] as const);
    const shuffled = await vectorsOf(runner, request, { shown: mixed, queries: of.queries }, options);
    for (const [i, layer] of layers.entries()) {
      const own = of.vectors.get(layer)!;
      const drawn = Float64Array.from(own, normal);
      const isotropic = new Map([[layer, scaledBy(drawn, length(own) / length(drawn))]]);
      const share = async (vectors: Vectors): Promise<number> =>
        (await patched(runner, request, { layer, vectors, queries: of.test }, options)) / of.test.length;
      nulls[i].isotropic.push(await share(isotropic));
      nulls[i].shuffled.push(await share(shuffled));
    }
  }
  return nulls;
}

/** Mean length of what stands at the arrow of the queries, by layer. */
async function normsOf(
  runner: Runner,
  { layers, hook }: TaskRequest,
  test: readonly Query[],
): Promise<(number | null)[]> {
  const sums = layers.map(() => 0);
  for (const { run } of test) {
    const at = { positions: [run.ids.length - 1], reduce: { kind: "norm" } as const };
    const reads = layers.map((layer) => ({ hook: `blocks.${layer}.${hook}`, ...at }));
    const found = await runner.run({ ids: run.ids, reads, cache: "none" });
    reads.forEach((read, i) => (sums[i] += readAt(found, read.hook).data[0]));
  }
  return sums.map((sum) => (test.length === 0 ? null : sum / test.length));
}

function taskWarnings({ regular, queries }: TaskAccuracy, nTest: number): string[] {
  const said: string[] = [];
  if (queries < Math.min(nTest, mostQueries))
    said.push(
      `Tokens: of ${nTest} held-out queries ${nTest - queries} have no answer that begins with a token of its own.`,
    );
  if (queries > 0 && regular < 0.5)
    said.push(
      `Task: with demonstrations in its prompt the model answers ${Math.round(100 * regular)}% of the queries, so there may be no task vector.`,
    );
  return said;
}
