/** What the model writes behind a text that is read along directions: token by token, each with its scores as it comes. */
import type { DirectionReading } from "../../protocol/direction";
import type { ConceptReading } from "../../protocol/directionPanel";
import type { ScoredToken, TokenInfo } from "../../protocol/model";
import type { JobWork } from "../panels/panelTask";
import type { Services } from "../services";

/** Least milliseconds between two pictures with more tokens. */
const shownEveryMs = 100;

/** How a reading is continued. */
export interface ReadingOn {
  readonly reading: ConceptReading;
  readonly model: string;
  /** The directions of the reading, in its order. */
  readonly files: readonly string[];
  readonly strip: readonly number[] | null;
  readonly tokens: number;
  /** Most tokens that are shown; the first ones make room. */
  readonly most: number;
  /** What is being done, in words. */
  readonly says: (done: number, total: number) => string;
  /** Called with each token that was written: all that the model has written behind the text. */
  readonly onWritten: (ids: readonly number[]) => void;
  /** Called with what there is so far, now and then. */
  readonly onMore: (reading: ConceptReading) => void;
}

/** Writes behind a reading, the most likely token each time. Cancelling ends it before the next token. */
export async function readOn(
  { engine }: { readonly engine: Pick<Services["engine"], "call"> },
  { reading: from, model, files, strip, tokens, most, says, onWritten, onMore }: ReadingOn,
  work: JobWork,
): Promise<void> {
  let reading = from;
  const step = () => {
    const params = { model, ids: reading.window.ids, files, layers: null, strip };
    return engine.call("directions/next", params, work);
  };
  let { next } = await step();
  let shown = Date.now();
  for (let done = 1; done <= tokens; done++) {
    reading = withToken(reading, next);
    const made = await step();
    reading = withScores(reading, made.directions, most);
    next = made.next;
    onWritten(writtenIn(reading));
    if (Date.now() - shown >= shownEveryMs) {
      shown = Date.now();
      onMore(reading);
    }
    work.onProgress({ done, total: tokens, message: says(done, tokens) });
  }
}

/** Ids that the model wrote behind the text of a reading. */
export const writtenIn = ({ window }: ConceptReading): readonly number[] =>
  window.tokens.filter(({ generated }) => generated).map(({ id }) => id);

function withToken(reading: ConceptReading, { id, text }: ScoredToken): ConceptReading {
  const { window, positions } = reading;
  const end = window.tokens.at(-1)?.end ?? window.start;
  const token: TokenInfo = { id, text, start: end, end, generated: true };
  return {
    ...reading,
    window: { ...window, ids: [...window.ids, id], tokens: [...window.tokens, token] },
    positions: [...positions, window.ids.length],
  };
}

/** With the scores of the last token; of more tokens than are shown only the last ones. */
function withScores(
  reading: ConceptReading,
  last: readonly DirectionReading[],
  most: number,
): ConceptReading {
  const joined = (a: readonly number[], b: readonly number[] = []): number[] => [...a, ...b].slice(-most);
  return {
    ...reading,
    positions: reading.positions.slice(-most),
    directions: reading.directions.map((one, i) => {
      const more = last[i];
      const { strip } = one;
      return {
        ...one,
        layers: one.layers.map((layer, l) => ({
          ...layer,
          scores: joined(layer.scores, more?.layers[l]?.scores),
        })),
        ...(strip ? { strip: { ...strip, scores: joined(strip.scores, more?.strip?.scores) } } : {}),
      };
    }),
  };
}
