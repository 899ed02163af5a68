/** `introspect score`: how likely every token of a text is, over any length. */
import { scoreChoices } from "../../analysis/choices";
import { bitsPerByte, scoreAbout, scoreTokens, type ScoredId } from "../../analysis/score";
import type { WorkOptions } from "../../base/cancel";
import { buildRunWindow, encodeWhole } from "../../engine/window";
import type { RunWindow } from "../../protocol/model";
import { chatWindow, type ChatWindow } from "../../engine/chat";
import { answerInputs } from "../batch";
import { choicesBehind } from "../../engine/choicesBehind";
import { readChoices } from "../choices";
import { CliError, usageError } from "../cliError";
import type { Command, CommandCall } from "../command";
import { badField } from "../../protocol/decode";
import { factsOf, requireIds, type CliInput, type Session } from "../session";

/** Prints log-probability and rank of every token, and bits per byte. */
export const scoreCommand: Command = {
  name: "score",
  summary: "log-probability and rank of every token, bits per byte; any length",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "chat", "batch", "bos", "choices"],
  async run(call) {
    const { args, work } = call;
    const { choices } = args.values;
    const texts = choices === undefined ? null : await readChoices(choices);
    await answerInputs(call, async (session, input, out) => {
      if (input.kind === "text" && input.context?.kind === "prefix")
        throw badField("prefix", "does not go with score", "Write it before the text.");
      if (texts !== null) return printChoices(session, input, texts, { out, work });
      const { ids, bytes, ran } = await scoredIds(session, input, work);
      const sum = { logProbs: 0, n: 0 };
      await out.text(`{"about":"${scoreAbout}","tokens":`);
      await out.list(summed(scoreTokens(session.open.runner, ids, work), sum));
      const perByte = bitsPerByte(sum.logProbs, bytes);
      const perplexity = sum.n === 0 ? null : Math.exp(-sum.logProbs / sum.n);
      const facts = { bitsPerByte: perByte, perplexity, ...(await factsOf(session, ran, work)) };
      await out.text(`,${JSON.stringify(facts).slice(1)}`);
    });
  },
};

/** Prints how likely each continuation of the prompt is. */
async function printChoices(
  session: Session,
  input: CliInput,
  texts: readonly string[],
  { out, work }: Pick<CommandCall, "out" | "work">,
): Promise<void> {
  const { open } = session;
  if (input.kind !== "text") throw usageError(`--choices goes with a text, not with ${input.kind}.`);
  if (open.tokenizer === null) throw noTokenizer();
  const choices = choicesBehind(open.tokenizer, input.text, texts, input.bos);
  const result = await scoreChoices(open.runner, choices, work);
  const wanted = input.bos ?? "auto";
  const bos = wanted === "auto" ? open.tokenizer.addsBos : wanted === "always";
  await out.value({ ...result, ...(await factsOf(session, { bos }, work)) });
}

function noTokenizer(): CliError {
  const next = "Give ids, or put the model's tokenizer.json beside its config.json.";
  return new CliError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", { next });
}

/** Ids to score, and the UTF-8 bytes of the text from the second token on, which are the ones that are scored. */
async function scoredIds(
  { open, info }: Session,
  input: CliInput,
  work: WorkOptions,
): Promise<{ ids: readonly number[]; bytes: number | null; ran: ChatWindow | Pick<RunWindow, "bos"> }> {
  const { tokenizer } = open;
  if (input.kind === "chat") {
    const ran = chatWindow(open, input.messages);
    const from = ran.tokens[1]?.start ?? ran.text.length;
    return { ids: ran.ids, bytes: Buffer.byteLength(ran.text.slice(from)), ran };
  }
  if (input.kind === "ids") {
    requireIds(info, input.ids);
    // The whole less the first: decoding the rest alone would lose the space before it in some tokenizers.
    const bytes = (ids: readonly number[]): number => Buffer.byteLength(tokenizer?.decode(ids) ?? "");
    return {
      ids: input.ids,
      bytes: tokenizer && bytes(input.ids) - bytes(input.ids.slice(0, 1)),
      ran: { bos: buildRunWindow(input, tokenizer, info.nCtx).bos },
    };
  }
  if (!tokenizer) throw noTokenizer();
  const { ids, tokens, bos } = await encodeWhole(tokenizer, input.text, { bos: input.bos, ...work });
  const from = tokens.length > 1 ? tokens[1].start : input.text.length;
  return { ids, bytes: Buffer.byteLength(input.text.slice(from)), ran: { bos } };
}

async function* summed(
  pieces: AsyncIterable<readonly ScoredId[]>,
  sum: { logProbs: number; n: number },
): AsyncGenerator<readonly ScoredId[]> {
  for await (const piece of pieces) {
    for (const { logProb } of piece) {
      if (logProb === null) continue;
      sum.logProbs += logProb;
      sum.n++;
    }
    yield piece;
  }
}
