/**
 * Task vectors: what demonstrations leave at the last position of a prompt is put into a prompt that has none, layer by
 * layer. Beside the accuracy stand what it is with demonstrations and with none, a random vector of the same length, the
 * mean vector of the other tasks, and how often an output is merely copied.
 *
 * Source: Hendel et al., 2023 (github.com/roeehendel/icl_task_vectors): the vector is read behind a query that is not
 * asked, averaged over a few of them, and set, not added; the layer is chosen on queries of their own.
 */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import { gaussian, seededRandom } from "../base/random";
import type { Runner, Vocabulary } from "../graph/runner";
import { badField } from "../protocol/decode";
import type {
  Task,
  TaskAccuracy,
  TaskConflict,
  TaskVectorPlan,
  TaskVectorResult,
} from "../protocol/taskVector";
import { indices } from "./common/reads";
import { stepsOf } from "./common/steps";
import { wilsonInterval } from "./common/wilson";
import { answersTo, lastStreams, type LayerVectors, patchOf, type Query } from "./taskVectors/answers";
import { answerText, demonstrated, partsOf, type TaskParts, zeroShot } from "./taskVectors/prompts";

/** What task vectors are made of: the plan with its tasks read, and a tokenizer. */
export interface TaskVectorRequest {
  readonly plan: TaskVectorPlan;
  readonly tasks: readonly Task[];
  /** Ids of a prompt. */
  readonly encode: (prompt: string) => readonly number[];
  /** The first token of an answer behind a prompt; null where the two do not part between tokens. */
  readonly answerOf: (prompt: string, answer: string) => number | null;
}

interface Made {
  readonly parts: TaskParts;
  readonly vectors: LayerVectors;
  /** What the prompts that the vectors were read from go on with. */
  readonly outputs: ReadonlySet<number>;
}

/** Tokens of an answer to a new query, at most. */
const answerTokens = 8;
/** Tokens that a vector decodes to. */
const decoded = 8;
const mostConflicts = 20;

/**
 * Measures every task, and every two that share inputs against each other.
 * @throws {AnalysisError} "too-little-text" for a task with too few pairs; {DecodeError} "bad-field" for a layer there is not
 */
export async function taskVectors(
  runner: Runner,
  vocabulary: Vocabulary,
  request: TaskVectorRequest,
  options: WorkOptions = {},
): Promise<TaskVectorResult> {
  const { plan, tasks } = request;
  const layers = layersOf(plan, runner.info.nLayers);
  const parts = tasks.map((task) => partsOf(task, plan));
  const steps = stepsOf(2 * tasks.length + 1, options);
  const study = new Study(runner, vocabulary, { ...request, layers });
  const made: Made[] = [];
  for (const one of parts) made.push(await study.make(one, steps.next(`Reading ${one.name}`)));
  const accuracies: TaskAccuracy[] = [];
  for (const [i, one] of made.entries()) {
    const others = made.filter((_, j) => j !== i).map(({ vectors }) => vectors);
    accuracies.push(await study.accuracy(one, others, steps.next(`Asking ${one.parts.name}`)));
  }
  const conflicts = await study.conflicts(made, accuracies, steps.next("Setting tasks against each other"));
  return { layers, tasks: accuracies, conflicts, warnings: study.warnings };
}

function layersOf({ layers }: TaskVectorPlan, nLayers: number): readonly number[] {
  if (layers === "all") return indices(nLayers);
  const wrong = layers.findIndex((layer) => layer >= nLayers);
  if (wrong < 0) return layers;
  throw badField(`layers[${wrong}]`, `is ${layers[wrong]}, but the model has ${nLayers} layers`);
}

/** The runs of one study. */
class Study {
  readonly warnings: string[] = [];

  constructor(
    private readonly runner: Runner,
    private readonly vocabulary: Vocabulary,
    private readonly of: TaskVectorRequest & { readonly layers: readonly number[] },
  ) {}

  /** Reads a task's vectors: behind some demonstrations each, and queries that are not asked. */
  async make(parts: TaskParts, options: WorkOptions): Promise<Made> {
    const { plan, encode, layers } = this.of;
    const prompts = indices(plan.dummies).map((i) => {
      const [dummy] = parts.pool[(i * 7) % parts.pool.length];
      return encode(demonstrated(parts, dummy, { plan, seed: plan.seed + 1000 + i }));
    });
    const vectors = await lastStreams(this.runner, prompts, layers, options);
    const outputs = new Set<number>();
    for (const ids of prompts) outputs.add((await answersTo(this.runner, ids, [null], options))[0]);
    const last = await lastStreams(this.runner, prompts, [this.runner.info.nLayers - 1], options);
    const { ids } = await this.runner.decode({ rows: Float32Array.from(last[0]), k: 1 });
    outputs.add(ids[0][0]);
    return { parts, vectors, outputs };
  }

  async accuracy(made: Made, others: readonly LayerVectors[], options: WorkOptions): Promise<TaskAccuracy> {
    const { layers, plan } = this.of;
    const { parts, vectors } = made;
    const dev = this.queries(parts, parts.dev);
    const test = this.queries(parts, parts.test);
    const random = randomLike(vectors, plan.seed);
    const mean = others.length > 0 ? meanOf(others) : null;
    const patches = (from: LayerVectors) => layers.map((layer, i) => patchOf(layer, from[i]));
    const right = { dev: zeros(layers), test: zeros(layers), random: zeros(layers), others: zeros(layers) };
    const count = { zeroShot: 0, regular: 0, copied: zeros(layers), copiedDev: zeros(layers) };
    for (const { ids, answer } of dev) {
      const found = await answersTo(this.runner, ids, patches(vectors), options);
      found.forEach((id, i) => {
        right.dev[i] += id === answer ? 1 : 0;
        count.copiedDev[i] += id !== answer && made.outputs.has(id) ? 1 : 0;
      });
    }
    const nL = layers.length;
    for (const [q, { ids, answer }] of test.entries()) {
      options.onProgress?.({ done: q, total: test.length, message: `Asking ${parts.name}` });
      const edits = [null, ...patches(vectors), ...patches(random), ...(mean ? patches(mean) : [])];
      const [plain, ...found] = await answersTo(this.runner, ids, edits, options);
      count.zeroShot += plain === answer ? 1 : 0;
      for (let i = 0; i < nL; i++) {
        right.test[i] += found[i] === answer ? 1 : 0;
        right.random[i] += found[nL + i] === answer ? 1 : 0;
        if (mean) right.others[i] += found[2 * nL + i] === answer ? 1 : 0;
        count.copied[i] += found[i] !== answer && made.outputs.has(found[i]) ? 1 : 0;
      }
    }
    for (const [q, [x, y]] of parts.test.entries()) {
      const query = this.query(demonstrated(parts, x, { plan, seed: plan.seed + 2000 + q }), y);
      if (query)
        count.regular +=
          (await answersTo(this.runner, query.ids, [null], options))[0] === query.answer ? 1 : 0;
    }
    const best = bestRow(
      right.dev,
      count.copiedDev.map((one) => one > dev.length / 2),
    );
    this.warn(parts.name, { ...count, patched: right.test[best] });
    const share = (counts: readonly number[], n: number): number[] =>
      counts.map((one) => one / Math.max(1, n));
    const copied = share(count.copied, test.length);
    return {
      task: parts.name,
      n: test.length,
      regular: count.regular / Math.max(1, parts.test.length),
      zeroShot: count.zeroShot / Math.max(1, test.length),
      dev: share(right.dev, dev.length),
      patched: share(right.test, test.length),
      best,
      interval: wilsonInterval(right.test[best], test.length),
      random: share(right.random, test.length),
      others: mean ? share(right.others, test.length) : null,
      copied,
      copiesOutput: copied.map((one) => one > 0.5),
      decodes: await this.decodes(vectors[best]),
      asked: await this.asked(layers[best], vectors[best], options),
    };
  }

  private warn(
    name: string,
    n: { readonly regular: number; readonly zeroShot: number; readonly patched: number },
  ): void {
    const what =
      n.regular <= n.zeroShot
        ? `The model does ${name} no better with demonstrations than without: there is no task to carry.`
        : n.patched <= n.zeroShot
          ? `The vector of ${name} alone does no better than no demonstrations at all.`
          : null;
    if (what !== null) this.warnings.push(what);
  }

  /** Every two tasks that know an input to which their answers differ. */
  async conflicts(
    made: readonly Made[],
    accuracies: readonly TaskAccuracy[],
    options: WorkOptions,
  ): Promise<TaskConflict[]> {
    const conflicts: TaskConflict[] = [];
    for (const [a, first] of made.entries()) {
      for (const [b, second] of made.entries()) {
        if (a === b || conflicts.length >= mostConflicts) continue;
        const layer = accuracies[b].best;
        const found = await this.conflict(first.parts, second, layer, options);
        if (found) conflicts.push(found);
      }
    }
    return conflicts;
  }

  private async conflict(
    shown: TaskParts,
    { parts, vectors }: Made,
    row: number,
    options: WorkOptions,
  ): Promise<TaskConflict | null> {
    const { plan, layers } = this.of;
    const known = new Map([...parts.pool, ...parts.dev, ...parts.test]);
    const n = { all: 0, demonstrations: 0, vector: 0, plainDemonstrations: 0, plainVector: 0 };
    for (const [q, [x, y]] of shown.test.entries()) {
      throwIfCancelled(options.signal);
      const other = known.get(x);
      if (other === undefined) continue;
      const prompt = demonstrated(shown, x, { plan, seed: plan.seed + 3000 + q });
      const [mine, theirs] = [this.query(prompt, y), this.query(prompt, other)];
      if (mine === null || theirs === null || mine.answer === theirs.answer) continue;
      const edits = [null, patchOf(layers[row], vectors[row])];
      const [plain, patched] = await answersTo(this.runner, mine.ids, edits, options);
      n.all++;
      n.demonstrations += patched === mine.answer ? 1 : 0;
      n.vector += patched === theirs.answer ? 1 : 0;
      n.plainDemonstrations += plain === mine.answer ? 1 : 0;
      n.plainVector += plain === theirs.answer ? 1 : 0;
    }
    if (n.all === 0) return null;
    return {
      demonstrations: shown.name,
      vector: parts.name,
      layer: layers[row],
      n: n.all,
      byDemonstrations: n.demonstrations / n.all,
      byVector: n.vector / n.all,
      plain: { byDemonstrations: n.plainDemonstrations / n.all, byVector: n.plainVector / n.all },
    };
  }

  private queries({ name }: TaskParts, pairs: TaskParts["test"]): Query[] {
    const queries = pairs.map(([x, y]) => this.query(zeroShot(this.of.plan.template, x), y));
    const found = queries.filter((one) => one !== null);
    const lost = queries.length - found.length;
    if (lost > 0)
      this.warnings.push(
        `${lost} queries of ${name} were left out: their answers begin within a token of the query.`,
      );
    return found;
  }

  private query(prompt: string, answer: string): Query | null {
    const first = this.of.answerOf(prompt, answerText(this.of.plan.template, answer));
    return first === null ? null : { ids: this.of.encode(prompt), answer: first };
  }

  private async decodes(vector: readonly number[]): Promise<TaskAccuracy["decodes"]> {
    const { ids, logits, logSumExp } = await this.runner.decode({
      rows: Float32Array.from(vector),
      k: decoded,
    });
    return ids[0].map((id, i) => ({
      id,
      text: this.vocabulary.text(id),
      logProb: logits[0][i] - logSumExp[0],
    }));
  }

  private async asked(
    layer: number,
    vector: readonly number[],
    options: WorkOptions,
  ): Promise<TaskAccuracy["asked"]> {
    const { plan, encode } = this.of;
    const answers: TaskAccuracy["asked"][number][] = [];
    for (const input of plan.ask) {
      const ids = encode(zeroShot(plan.template, input));
      const sampling = { maxTokens: answerTokens, temperature: 0, seed: 0 };
      const asked = { ids, edits: [patchOf(layer, vector)], sampling };
      const made = await this.runner.generate(asked, { signal: options.signal });
      const text = this.vocabulary.decode(made.ids);
      answers.push({ input, answer: text?.split("\n")[0] ?? null, logProb: made.logProbs[0] });
    }
    return answers;
  }
}

/** The row that is best among those that do more than copy an output, the first of equal ones. */
function bestRow(right: readonly number[], copies: readonly boolean[]): number {
  const fair = right.map((one, i) => (copies[i] && !copies.every(Boolean) ? -1 : one));
  return fair.indexOf(Math.max(...fair));
}

const zeros = (layers: readonly number[]): number[] => layers.map(() => 0);

function randomLike(vectors: LayerVectors, seed: number): number[][] {
  const normal = gaussian(seededRandom(seed));
  return vectors.map((vector) => {
    const drawn = vector.map(() => normal());
    const ratio = Math.hypot(...vector) / Math.hypot(...drawn);
    return drawn.map((x) => x * ratio);
  });
}

function meanOf(others: readonly LayerVectors[]): number[][] {
  return others[0].map((row, i) =>
    row.map((_, d) => others.reduce((sum, vectors) => sum + vectors[i][d], 0) / others.length),
  );
}
