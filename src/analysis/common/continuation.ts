/** Continuing a text, and how the new tokens read. */
import type { WorkOptions } from "../../base/cancel";
import type { Runner, Vocabulary } from "../../graph/runner";
import type { Edit, GenerateResult, Sampling } from "../../protocol/edit";
import { requireIds } from "./analysisError";
import type { PairEncoder } from "./editValue";

/** What to continue, and how. Edits are numeric (common/editValue.ts). */
export interface ContinuationRequest {
  readonly ids: readonly number[];
  readonly edits?: readonly Edit[];
  readonly sampling: Sampling;
  /** Null where the model has no tokenizer. */
  readonly encoder: PairEncoder | null;
}

/**
 * The new tokens alone, with their text and log-probabilities in nats.
 * @throws {AnalysisError} "empty-input"
 */
export async function continueText(
  runner: Runner,
  vocabulary: Vocabulary,
  request: ContinuationRequest,
  options: WorkOptions = {},
): Promise<GenerateResult> {
  requireIds(request.ids);
  const { ids, logProbs, alternatives } = await runner.generate(request, options);
  const named = alternatives.map((list) => list.map((one) => ({ ...one, text: vocabulary.text(one.id) })));
  return {
    about: "this",
    ids,
    text: continuationText(vocabulary, request, ids),
    logProbs,
    tokens: ids.map((id) => vocabulary.text(id)),
    ...(request.sampling.alternatives ? { alternatives: named } : {}),
  };
}

/**
 * Text of the new tokens as it reads behind the prompt: some tokenizers drop a leading space at the beginning of a
 * text, so behind an empty prompt the new tokens are a text of their own, and behind any other they are not.
 */
function continuationText(
  vocabulary: Vocabulary,
  { ids: prompt, encoder }: ContinuationRequest,
  ids: readonly number[],
): string | null {
  const empty = encoder?.encodeWithBos("") ?? [];
  if (prompt.length === empty.length && prompt.every((id, i) => id === empty[i]))
    return vocabulary.decode(ids);
  const whole = vocabulary.decode([...prompt, ...ids]);
  const before = vocabulary.decode(prompt);
  if (whole === null || before === null) return null;
  return whole.startsWith(before) ? whole.slice(before.length) : vocabulary.decode(ids);
}
