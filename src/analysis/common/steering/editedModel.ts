/** A model under some edits, and what measures want to know of it; what was computed once is kept. */
import { throwIfCancelled, type WorkOptions } from "../../../base/cancel";
import type { BaseRun, Runner, Vocabulary } from "../../../graph/runner";
import type { Edit, GenerateResult, Sampling } from "../../../protocol/edit";
import { AnalysisError } from "../analysisError";
import { continueText } from "../continuation";
import { decodeRows } from "../decodeRows";
import { logSoftmax } from "../divergence";
import type { PairEncoder } from "../editValue";
import { indices, readAt, rowOf } from "../reads";
import type { ForcedText } from "./readyMeasure";

/** Most bytes of plain runs kept for the texts of one measure. */
const mostKept = 512 * 1024 * 1024;

/** What all edited models of one experiment share. */
export class SteeringSubject {
  private readonly bases = new Map<string, Promise<BaseRun>>();
  private kept = 0;

  constructor(
    readonly runner: Runner,
    readonly vocabulary: Vocabulary,
    readonly prompt: {
      readonly ids: readonly number[];
      readonly sampling: Sampling;
      /** Null where the model has no tokenizer. */
      readonly encoder: PairEncoder | null;
    },
  ) {}

  /** A plain run of a text from which edited ones begin; null where keeping it would take too much memory. */
  base(ids: readonly number[], options: WorkOptions): Promise<BaseRun> | null {
    const key = ids.join();
    const known = this.bases.get(key);
    if (known) return known;
    const { nLayers, dModel, nKvHeads, dHead } = this.runner.info;
    const bytes = 4 * ids.length * ((nLayers + 1) * dModel + 2 * nLayers * nKvHeads * dHead);
    if (this.kept + bytes > mostKept) return null;
    this.kept += bytes;
    const made = this.runner.base(ids, { signal: options.signal });
    this.bases.set(key, made);
    made.catch(() => {
      this.kept -= bytes;
      this.bases.delete(key);
    });
    return made;
  }
}

/** The model under edits: numeric ones, or none. */
export class EditedModel {
  private readonly known = new Map<unknown, Promise<unknown>>();
  private readonly texts: GenerateResult[] = [];
  private textLength = 0;

  constructor(
    readonly subject: SteeringSubject,
    readonly edits: readonly Edit[],
  ) {}

  /** Log-probabilities of every token behind some ids, nats. */
  distribution(ids: readonly number[], options: WorkOptions): Promise<Float64Array> {
    return this.once(`behind ${ids.join()}`, async () => {
      const plan = { ids, edits: this.edits, position: -1 };
      return logSoftmax((await this.subject.runner.logitsAt(plan, { signal: options.signal })).logits);
    });
  }

  /** What was computed of this model under a key, or is now. */
  once<T>(key: unknown, make: () => Promise<T>): Promise<T> {
    const known = this.known.get(key) as Promise<T> | undefined;
    if (known) return known;
    const made = make();
    this.known.set(key, made);
    made.catch(() => this.known.delete(key));
    return made;
  }

  /** Log-probabilities of forced tokens, each behind the ones before it. */
  async forced({ ids, forced }: ForcedText, options: WorkOptions): Promise<readonly number[]> {
    throwIfCancelled(options.signal);
    if (forced.length === 1) return [(await this.distribution(ids, options))[forced[0]]];
    const { runner, prompt } = this.subject;
    const request = { ids, edits: this.edits, sampling: prompt.sampling, forced };
    const { logProbs } = await runner.generate(request, { signal: options.signal });
    if (logProbs.length === forced.length) return logProbs;
    const message = `A continuation of ${forced.length} tokens behind ${ids.length} does not fit the context.`;
    throw new AnalysisError("out-of-range", message, { next: "Use a shorter prompt or continuation." });
  }

  /** Log-probabilities of a text's own tokens but the first, the edits applying to it as to a prompt. */
  tokens(ids: readonly number[], options: WorkOptions): Promise<readonly number[]> {
    return this.once(`in ${ids.join()}`, () => this.readTokens(ids, options));
  }

  private async readTokens(ids: readonly number[], options: WorkOptions): Promise<readonly number[]> {
    throwIfCancelled(options.signal);
    const { runner } = this.subject;
    const positions = indices(ids.length - 1);
    const rows = await this.lastStream(ids, positions, options);
    const track = positions.map((i) => [ids[i + 1]]);
    const run = { ids, edits: this.edits };
    const logProbs: number[] = [];
    for await (const { decoded } of decodeRows(runner, { rows, k: 1, track, run }, options)) {
      decoded.tracked.forEach(([one], i) => logProbs.push(one.logit - decoded.logSumExp[i]));
    }
    return logProbs;
  }

  /** Products with a direction at a hook: of the chosen positions of a text. */
  async scores(
    ids: readonly number[],
    at: { readonly hook: string; readonly vector: readonly number[]; readonly positions: readonly number[] },
    options: WorkOptions,
  ): Promise<number[]> {
    throwIfCancelled(options.signal);
    const { hook, vector, positions } = at;
    const plan = { ids, edits: this.edits, reads: [{ hook, positions }], cache: "none" as const };
    const found = readAt(await this.subject.runner.run(plan, { signal: options.signal }), hook);
    const length = Math.hypot(...vector);
    return positions.map(
      (_, i) => rowOf(found, i).reduce((sum, x, d) => sum + x * vector[d], 0) / (length || 1),
    );
  }

  /** Continuations of the prompt, the i-th drawn with the sampling's seed + i. Fewer or shorter ones are taken from those there. */
  async drawn(n: number, tokens: number, options: WorkOptions): Promise<readonly GenerateResult[]> {
    const { prompt, runner, vocabulary } = this.subject;
    if (tokens > this.textLength) {
      this.texts.length = 0;
      this.textLength = tokens;
    }
    while (this.texts.length < n) {
      throwIfCancelled(options.signal);
      const { sampling, ...rest } = prompt;
      const seed = sampling.seed + this.texts.length;
      const asked = {
        ...rest,
        edits: this.edits,
        sampling: { ...sampling, seed, maxTokens: this.textLength },
      };
      this.texts.push(await continueText(runner, vocabulary, asked, { signal: options.signal }));
      options.onProgress?.({ done: this.texts.length, total: n, message: "Writing texts" });
    }
    return this.texts.slice(0, n).map((text) => this.shortened(text, tokens));
  }

  private shortened(text: GenerateResult, tokens: number): GenerateResult {
    if (text.ids.length <= tokens) return text;
    const ids = text.ids.slice(0, tokens);
    const { vocabulary, prompt } = this.subject;
    const whole = vocabulary.decode([...prompt.ids, ...ids]);
    const before = vocabulary.decode(prompt.ids);
    return {
      about: text.about,
      ids,
      text: whole === null || before === null ? null : whole.slice(before.length),
      logProbs: text.logProbs.slice(0, tokens),
      tokens: text.tokens.slice(0, tokens),
      ...(text.alternatives ? { alternatives: text.alternatives.slice(0, tokens) } : {}),
    };
  }

  private async lastStream(
    ids: readonly number[],
    positions: readonly number[],
    options: WorkOptions,
  ): Promise<Float32Array> {
    const { runner } = this.subject;
    const work = { signal: options.signal };
    const atEnd = this.edits.some(({ hook }) => hook.startsWith("ln_final"));
    const base = atEnd ? null : this.subject.base(ids, options);
    if (base !== null) return (await base).final({ edits: this.edits, positions, exact: true }, work);
    const hook = `blocks.${runner.info.nLayers - 1}.hook_resid_post`;
    const plan = { ids, edits: this.edits, reads: [{ hook, positions }], cache: "none" as const };
    return readAt(await runner.run(plan, work), hook).data;
  }
}
