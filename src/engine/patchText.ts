/** The tokens of one text of a patch, behind what the model sees before it. */
import { coveredPositions } from "../analysis/common/selection";
import type { PatchText } from "../analysis/patch";
import type { PatchRan, PatchSide } from "../protocol/patch";
import type { TextTokenizer } from "../tokenizer/textTokenizer";
import { EngineError } from "./engineError";
import { buildRunWindow } from "./window";

/**
 * The window of a side, and where its compared text begins.
 * @throws {EngineError} "too-large" where the model does not see the whole of it; "bad-request" where it has no token
 */
export function patchText(
  { input, start }: PatchSide,
  tokenizer: TextTokenizer | null,
  nCtx: number,
): PatchText & PatchRan {
  const window = buildRunWindow(input, tokenizer, nCtx);
  if (window.start > start || window.ids.length > nCtx) {
    const next = "Select less of it.";
    throw new EngineError(
      "too-large",
      `A text of a patch is longer than the ${nCtx} tokens the model sees.`,
      {
        next,
      },
    );
  }
  const end = input.offset + input.text.length;
  const [first] = coveredPositions(window, { start, end });
  if (first === undefined)
    throw new EngineError("bad-request", "A text of a patch has no token.", { next: "Select some text." });
  const alone = input.context?.kind === "selection";
  // Alone, an added BOS is as much of the text as it always was.
  return {
    ids: window.ids,
    tokens: window.tokens,
    from: alone ? 0 : first,
    bos: window.bos,
    context: window.context,
  };
}
