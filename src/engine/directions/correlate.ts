/** Two directions of files over a text: every counted token has a score along each. */
import { heatmapPart } from "../../analysis/heatmap";
import { correlationOf } from "../../analysis/directions/correlate";
import type { BosPolicy } from "../../base/bosPolicy";
import type { WorkOptions } from "../../base/cancel";
import { sectionUnits, windowTokens } from "../../base/sections";
import type { DirectionsCorrelated } from "../../protocol/direction";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import { EngineError } from "../engineError";
import { encodeSection } from "../heatmapSections";
import type { OpenModel } from "../model";
import { chosenLayers, directionFor, measuredAlong } from "./read";

/** What is correlated. */
export interface CorrelateRequest {
  /** As much of it as one section holds is read. */
  readonly text: string;
  readonly bos: BosPolicy;
  readonly files: readonly [string, string];
  /** Null: each direction's best. */
  readonly layers: readonly number[] | null;
}

/** Times that one list is shifted, and pairs that are given to be drawn. */
const options = { draws: 200, seed: 0, points: 1000 };

/**
 * Reads the text along both, in windows as the editor is coloured, and correlates the scores.
 * @throws {EngineError} "no-tokenizer", "bad-request", what reading a direction throws
 */
export async function correlateFiles(
  open: OpenModel,
  { text, bos, files, layers }: CorrelateRequest,
  work: WorkOptions,
): Promise<DirectionsCorrelated> {
  const { tokenizer, info } = open;
  if (tokenizer === null)
    throw new EngineError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", {
      next: "Put the model's tokenizer.json beside its config.json, or choose another model.",
    });
  const most = windowTokens(info.nCtx);
  const input = { text: text.slice(0, sectionUnits), lead: 0, offset: 0, bos, most };
  const section = await encodeSection(tokenizer, input, work);
  const read = async (file: string, done: number) => {
    const { header } = await directionFor(open, file, work);
    const measure: HeatmapMeasure = { kind: "direction", file, layers, centred: false };
    const along = await measuredAlong(open, measure, work);
    const scores: number[] = [];
    for (let from = 0; from < section.ids.length;) {
      const request = { section, measure, most, from, along };
      const { ids, values, uncounted } = await heatmapPart(open.runner, open.vocabulary, request, work);
      const left = new Set(uncounted);
      values.forEach((value, i) => {
        if (value !== null && !left.has(i)) scores.push(value);
      });
      from += ids.length;
      const total = 2 * section.ids.length;
      work.onProgress?.({
        done: done * section.ids.length + from,
        total,
        message: `Reading along ${header.name}`,
      });
    }
    const chosen = chosenLayers(header, layers);
    return {
      name: header.name,
      layers: chosen.layers.map(({ layer }) => layer),
      threshold: chosen.threshold,
      scores,
    };
  };
  const [first, second] = [await read(files[0], 0), await read(files[1], 1)];
  const said = ({ scores: _, ...rest }: typeof first) => rest;
  return {
    directions: [said(first), said(second)],
    bos: tokenizer.bosId !== null && section.ids[0] === tokenizer.bosId,
    cut: text.length > sectionUnits,
    ...correlationOf(first.scores, second.scores, options),
  };
}
