/** Continuing a text, and how the new tokens read. */
import type { WorkOptions } from "../../base/cancel";
import type { Runner, Vocabulary } from "../../graph/runner";
import type { Edit, GenerateResult, Sampling } from "../../protocol/edit";
import { requireIds } from "./analysisError";

/** What to continue, and how. Edits are numeric (common/editValue.ts). */
export interface ContinuationRequest {
  readonly ids: readonly number[];
  readonly edits?: readonly Edit[];
  readonly sampling: Sampling;
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
  const { ids, logProbs } = await runner.generate(request, options);
  return {
    ids,
    text: continuationText(vocabulary, request.ids, ids),
    logProbs,
    tokens: ids.map((id) => vocabulary.text(id)),
  };
}

/** Text of the new tokens as it reads behind the prompt: some tokenizers drop a leading space from a text of its own. */
function continuationText(
  vocabulary: Vocabulary,
  prompt: readonly number[],
  ids: readonly number[],
): string | null {
  const whole = vocabulary.decode([...prompt, ...ids]);
  const before = vocabulary.decode(prompt);
  if (whole === null || before === null) return null;
  return whole.startsWith(before) ? whole.slice(before.length) : vocabulary.decode(ids);
}
