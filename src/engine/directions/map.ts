/** A file of labelled texts, mapped by layer. */
import { createHash } from "node:crypto";
import { mapTexts } from "../../analysis/directions/map";
import type { DirectionText } from "../../analysis/directions/states";
import type { WorkOptions } from "../../base/cancel";
import type { TextMap, TextMapSpec } from "../../protocol/textMap";
import { EngineError } from "../engineError";
import type { OpenModel } from "../model";
import { readSet, type LabelledText } from "./setFile";
import { shippedFile } from "./shipped";
import { encodeText } from "./texts";

/** What is mapped: a file, or the texts that come with the program. */
export interface MapFileRequest {
  /** Null: the shipped set. */
  readonly file: string | null;
  /** The file as it was given. */
  readonly name: string;
  readonly spec: TextMapSpec;
}

/**
 * Reads the file, runs its texts and maps them.
 * @throws {EngineError} "bad-set", "no-tokenizer"; what mapTexts throws
 */
export async function mapFile(
  open: OpenModel,
  { file, name, spec }: MapFileRequest,
  work: WorkOptions,
): Promise<TextMap> {
  const { texts: all, repeated } = await readSet(file ?? (await shippedFile("emotions.jsonl")), name);
  const labels = [...new Set(all.map(({ label }) => label))];
  const numbers = all.map(({ label }) => labels.indexOf(label));
  const { texts, bos } = encoded(open, all, { bos: spec.bos, name });
  const request = { texts, labels: numbers, count: labels.length, spec };
  const { warnings, ...mapped } = await mapTexts(open.runner, request, work);
  const { bos: _, ...rest } = spec;
  const again =
    repeated > 0 ? [`Duplicates: ${repeated} texts are repetitions; each text is used once.`] : [];
  return {
    ...rest,
    ...mapped,
    labels,
    texts: all.map(({ text }, i) => ({ text, label: numbers[i], tokens: texts[i].ids.length })),
    data: createHash("sha256").update(JSON.stringify(all)).digest("hex"),
    bos,
    warnings: [...again, ...bothSides(all), ...warnings],
  };
}

/** A text under two labels lies with neither. */
function bothSides(all: readonly LabelledText[]): string[] {
  const both = all.length - new Set(all.map(({ text }) => text)).size;
  return both > 0 ? [`Duplicates: ${both} texts stand under more than one label.`] : [];
}

function encoded(
  { tokenizer, info }: OpenModel,
  all: readonly LabelledText[],
  { bos, name }: { readonly bos: TextMapSpec["bos"]; readonly name: string },
): { readonly texts: readonly DirectionText[]; readonly bos: boolean } {
  if (tokenizer === null)
    throw new EngineError("no-tokenizer", "This model has no tokenizer.json, so it cannot read text.", {
      next: "Put the model's tokenizer.json beside its config.json, or choose another model.",
    });
  let begins = false;
  const texts = all.map(({ text }, i): DirectionText => {
    const { ids, counted, begins: added } = encodeText(text, { tokenizer, bos });
    const bad = (why: string, next: string): EngineError =>
      new EngineError("bad-set", `Text ${i + 1} of ${name} ${why}.`, { next, details: { text: i } });
    if (ids.length === 0) throw bad("has no tokens", "Take it out, or give a text.");
    if (ids.length > info.nCtx)
      throw bad(`has ${ids.length} tokens; the model sees ${info.nCtx}`, "Give a part of it.");
    begins ||= added;
    return { ids, counted, positive: true, pair: i, name: `text ${i + 1}` };
  });
  return { texts, bos: begins };
}
