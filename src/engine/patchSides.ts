/** A patch as a panel asks for it: its texts tokenised, its tokens found, and both told where it is refused. */
import { askedId } from "../analysis/common/effects/target";
import { patchRuns } from "../analysis/patch";
import type { WorkOptions } from "../base/cancel";
import { CodedError } from "../base/errors";
import type { EngineApi } from "../protocol/engineApi";
import { choicesMend, type PatchChoice, type PatchTexts } from "../protocol/patch";
import type { AskedToken } from "../protocol/neuronEffects";
import { tokenFinder } from "./effectTokens";
import type { OpenModel } from "./model";
import { patchText } from "./patchText";

type Asked = Omit<EngineApi["patch/run"]["params"], "model">;

/**
 * Patches the source's values into the base.
 * @throws {CodedError} what patchText and patchRuns find wrong; where another choice mends it, its details are the texts and the choice
 */
export async function patchSides(
  open: Pick<OpenModel, "runner" | "vocabulary" | "tokenizer" | "info">,
  { base, source, choice = {} }: Asked,
  work: WorkOptions,
): Promise<EngineApi["patch/run"]["result"]> {
  const { bos, context, ...first } = patchText(base, open.tokenizer, open.info.nCtx);
  const { ids, tokens, from } = patchText(source, open.tokenizer, open.info.nCtx);
  const texts = { base: { ...first, from: first.from ?? 0 }, source: { ids, tokens, from: from ?? 0 } };
  const find = tokenFinder(open.tokenizer);
  const idOf = (asked: AskedToken | undefined): number | undefined =>
    asked === undefined ? undefined : askedId(open.runner, asked, find);
  try {
    const [token, against] = [idOf(choice.token), idOf(choice.minus)];
    const request = { ...texts, align: choice.align, token, against };
    const result = await patchRuns(open.runner, open.vocabulary, request, work);
    return { ...result, bos, context, ...(Object.keys(choice).length > 0 ? { choice } : {}) };
  } catch (error) {
    throw withTexts(error, texts, choice);
  }
}

function withTexts(error: unknown, texts: PatchTexts, choice: PatchChoice): unknown {
  if (!(error instanceof CodedError) || !choicesMend.includes(error.code)) return error;
  const next = error.next === undefined ? {} : { next: error.next };
  return new CodedError(error.code, error.message, { ...next, details: { texts, choice } });
}
