/** Continuing a prompt, with edits where there are some. */
import type { WorkOptions } from "../base/cancel";
import type { Runner, Vocabulary } from "../graph/runner";
import type { GenerateResult } from "../protocol/edit";
import { continueText, type ContinuationRequest } from "./common/continuation";
import { numericEdits } from "./common/editValue";

/**
 * The continuation of some ids under edits, whose values may still be pairs of texts.
 * @throws {AnalysisError} "empty-input" and what common/editValue.ts finds wrong with the edits
 */
export async function generate(
  runner: Runner,
  vocabulary: Vocabulary,
  request: ContinuationRequest,
  options: WorkOptions = {},
): Promise<GenerateResult> {
  const edits = await numericEdits(runner, request.edits ?? [], request.encoder, options);
  return continueText(runner, vocabulary, { ...request, edits }, options);
}
