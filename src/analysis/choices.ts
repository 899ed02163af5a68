/** How likely each of several continuations of one prompt is: multiple choice by log-probability. */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { Runner } from "../graph/runner";
import type { ChoicesResult } from "../protocol/run";
import { AnalysisError } from "./common/analysisError";
import { decodeRows } from "./common/decodeRows";
import { indices, readAt } from "./common/reads";

/** One continuation behind its prompt. */
export interface ChoiceRequest {
  readonly text: string;
  /** Prompt and continuation together, as the tokenizer has them. */
  readonly ids: readonly number[];
  /** Index of the continuation's first token. */
  readonly from: number;
  /** UTF-8 bytes of the continuation. */
  readonly bytes: number;
}

/**
 * Log-probabilities of the continuations, in nats, and which is the best by the whole, by token and by byte. The prompt
 * is computed once (prefix cache). Where prompt and continuation are longer than the context, the last nCtx tokens count.
 * @throws {AnalysisError} "empty-input" for a continuation without tokens; "out-of-range" for one longer than the context
 */
export async function scoreChoices(
  runner: Runner,
  choices: readonly ChoiceRequest[],
  options: WorkOptions = {},
): Promise<ChoicesResult> {
  const scored: ChoicesResult["choices"][number][] = [];
  for (const [i, choice] of choices.entries()) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done: i, total: choices.length, message: "Scoring choices" });
    const logProbs = await tokenLogProbs(runner, choice, options);
    const logProb = logProbs.reduce((sum, x) => sum + x, 0);
    scored.push({
      text: choice.text,
      ids: choice.ids.slice(choice.from),
      logProbs,
      logProb,
      perToken: logProb / logProbs.length,
      perByte: choice.bytes > 0 ? logProb / choice.bytes : null,
    });
  }
  const best = (score: (one: ChoicesResult["choices"][number]) => number): number =>
    scored.reduce((first, one, i) => (score(one) > score(scored[first]) ? i : first), 0);
  return {
    about: "this",
    choices: scored,
    best: {
      total: best(({ logProb }) => logProb),
      perToken: best(({ perToken }) => perToken),
      perByte: best(({ perByte }) => perByte ?? -Infinity),
    },
  };
}

async function tokenLogProbs(runner: Runner, choice: ChoiceRequest, options: WorkOptions): Promise<number[]> {
  const { nCtx, nLayers } = runner.info;
  const start = Math.max(0, choice.ids.length - nCtx);
  const ids = choice.ids.slice(start);
  const from = choice.from - start;
  if (choice.ids.length <= choice.from) {
    const next = "Give continuations that are not empty.";
    throw new AnalysisError("empty-input", "A continuation has no token of its own.", { next });
  }
  if (from < 1) {
    const message = `The continuation ${JSON.stringify(choice.text.slice(0, 40))} has no token before it within ${nCtx} tokens.`;
    throw new AnalysisError("out-of-range", message, { next: "Give a prompt, or a shorter continuation." });
  }
  const targets = ids.slice(from);
  const positions = indices(targets.length).map((i) => from - 1 + i);
  const hook = `blocks.${nLayers - 1}.hook_resid_post`;
  const run = await runner.run({ ids, reads: [{ hook, positions }] }, { signal: options.signal });
  const track = targets.map((id) => [id]);
  const logProbs: number[] = [];
  for await (const { decoded } of decodeRows(
    runner,
    { rows: readAt(run, hook).data, k: 1, track },
    options,
  )) {
    decoded.tracked.forEach(([one], i) => logProbs.push(one.logit - decoded.logSumExp[i]));
  }
  return logProbs;
}
