/** `introspect read`: the score of every token along a direction. */
import { heatmapPart } from "../../analysis/heatmap";
import { windowTokens } from "../../base/sections";
import { chosenLayers, directionFor, measuredAlong } from "../../engine/directions/read";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import { answerInputs } from "../batch";
import { usageError } from "../cliError";
import type { Command, ModelWork } from "../command";
import { band } from "../measure";
import { type ParsedArguments, wholeNumber } from "../options";
import { readOn } from "../readOn";
import { SectionedText } from "../sectionedText";
import { factsOf, type Session } from "../session";

type DirectionMeasure = Extract<HeatmapMeasure, { kind: "direction" }>;

/** Prints a score for every token, of a text of any length. */
export const readCommand: Command = {
  name: "read",
  summary: "the score of every token along a direction, at its best layer, another one or a band",
  positionals: ["DIR"],
  options: [
    "direction",
    "layer",
    "layers",
    "text",
    "file",
    "ids",
    "chat",
    "batch",
    "prefix",
    "bos",
    "window",
    "generate",
  ],
  async run(call) {
    const { values } = call.args;
    const measure = measureOf(call.args);
    const wanted = values.window === undefined ? undefined : wholeNumber("window", values.window, 2);
    const generate = values.generate === undefined ? null : wholeNumber("generate", values.generate, 1);
    if (generate !== null && wanted !== undefined)
      throw usageError("--window does not go with --generate.", "Both are read in one run.");
    await answerInputs(call, async (session, input, out) => {
      if (generate !== null) {
        const asked = { file: measure.file, layers: measure.layers, generate };
        return out.value(await readOn(session, input, asked, call.work));
      }
      const { nCtx } = session.info;
      const most = wanted ?? windowTokens(nCtx);
      if (most > nCtx) throw usageError(`--window ${most} is too much.`, `The model sees ${nCtx} tokens.`);
      const { header } = await directionFor(session.open, measure.file, call.work);
      const { layers, threshold, spread } = chosenLayers(header, measure.layers);
      const text = new SectionedText(session, input, most, call.work);
      const head = {
        direction: header.name,
        layer: layers.length === 1 ? layers[0].layer : null,
        ...(layers.length === 1 ? {} : { layers: layers.map(({ layer }) => layer) }),
        threshold,
        spread,
        about: "this",
        windowTokens: most,
      };
      await out.text(`${JSON.stringify(head).slice(0, -1)},"tokens":`);
      await out.list(tokensOf(session, { text, measure, most }, call.work));
      const facts = await factsOf(session, text.ran, call.work);
      await out.text(`,${JSON.stringify(facts).slice(1)}`);
    });
  },
};

function measureOf({ values }: ParsedArguments): DirectionMeasure {
  const { direction, layer, layers } = values;
  if (direction === undefined) throw usageError("There is no direction.", "Give --direction F.json.");
  if (layer !== undefined && layers !== undefined)
    throw usageError("--layer does not go with --layers.", "Give one of them.");
  const asked = layer === undefined ? bandOf(layers) : [wholeNumber("layer", layer, 0)];
  return { kind: "direction", file: direction, layers: asked, centred: false };
}

function bandOf(text: string | undefined): number[] | null {
  if (text === undefined) return null;
  const found = /^(\d{1,6})(?:-|\.\.)(\d{1,6})$/.exec(text.trim());
  if (found) return band(Number(found[1]), Number(found[2]));
  throw usageError(
    `--layers takes A-B, not ${JSON.stringify(text.slice(0, 40))}.`,
    "Give a band as in --layers 2-5.",
  );
}

interface Asked {
  readonly text: SectionedText;
  readonly measure: DirectionMeasure;
  readonly most: number;
}

async function* tokensOf(
  { open }: Session,
  { text, measure, most }: Asked,
  work: ModelWork,
): AsyncGenerator<readonly unknown[]> {
  const along = await measuredAlong(open, measure, work);
  for (let k = 0; await text.has(k); k++) {
    const section = await text.get(k);
    const first = text.firstOf(section);
    let from = section.first;
    while (from < section.ids.length) {
      const part = await heatmapPart(
        open.runner,
        open.vocabulary,
        { section, measure, most, from, along },
        work,
      );
      // A window may begin in the prefix.
      const skipped = Math.max(0, first - from);
      const uncounted = new Set(part.uncounted);
      const at = from;
      yield part.ids.slice(skipped).map((id, j) => {
        const i = skipped + j;
        const shown = text.shown(section.tokens[at + i]);
        return { id, ...shown, score: part.values[i], ...(uncounted.has(i) ? { counted: false } : {}) };
      });
      from += part.ids.length;
      work.onProgress?.({ done: text.doneWith(k, section, from), total: text.length, message: "Reading" });
    }
  }
}
