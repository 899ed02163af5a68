/** `introspect read --generate N`: a text with what the model writes behind it, both read along a direction. */
import { continueText } from "../analysis/common/continuation";
import { readAlong } from "../engine/directions/read";
import { withWritten } from "../engine/window";
import type { DirectionReading } from "../protocol/direction";
import { isCounted } from "../protocol/model";
import { usageError } from "./cliError";
import type { ModelWork } from "./command";
import { type CliInput, factsOf, type Session, windowOf } from "./session";

/** What is read on. */
export interface ReadOnRequest {
  readonly file: string;
  /** Layers whose mean is given; null: the best one. */
  readonly layers: readonly number[] | null;
  /** Most new tokens. */
  readonly generate: number;
}

/**
 * The tokens of a text and of its greedy continuation with their scores, read in one run over both.
 * @throws {CliError} "usage" where the model does not see both at once; what `readAlong` throws
 */
export async function readOn(
  session: Session,
  input: CliInput,
  { file, layers, generate }: ReadOnRequest,
  work: ModelWork,
): Promise<object> {
  const { open, info, encoder } = session;
  const seen = windowOf(session, input);
  if (seen.truncated || seen.ids.length + generate > info.nCtx)
    throw usageError(
      `${seen.truncated ? "The text is longer than what the model sees" : `${seen.ids.length} tokens and ${generate} more are too many`}: it sees ${info.nCtx} tokens.`,
      "Give a shorter text, or a smaller --generate.",
    );
  const sampling = { maxTokens: generate, temperature: 0, seed: 0 };
  const asked = { ids: seen.ids, sampling, encoder };
  const made = await continueText(open.runner, open.vocabulary, asked, work);
  const window = withWritten(seen, made.ids, (id) => open.vocabulary.text(id));
  const request = { ids: window.ids, files: [file], layers, strip: layers };
  const [reading] = await readAlong(open, request, work);
  const strip = reading.strip as NonNullable<DirectionReading["strip"]>;
  const tokens = window.tokens.flatMap((token, i) => {
    const { id, text, start, end } = token;
    if (token.prefix === true) return [];
    const at = i - seen.ids.length;
    return [
      {
        id,
        text,
        start,
        end,
        score: strip.scores[i],
        ...(isCounted(token, i) ? {} : { counted: false }),
        ...(at < 0 ? {} : { generated: true, logProb: made.logProbs[at] }),
      },
    ];
  });
  return {
    direction: reading.name,
    layer: strip.layers.length === 1 ? strip.layers[0] : null,
    ...(strip.layers.length === 1 ? {} : { layers: strip.layers }),
    threshold: strip.threshold,
    spread: strip.spread,
    about: "this",
    windowTokens: info.nCtx,
    tokens,
    written: made.text,
    ...(await factsOf(session, seen, work)),
  };
}
