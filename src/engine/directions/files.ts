/** What is done with direction files without a model: comparing, combining, exporting. */
import { basename, extname } from "node:path";
import { combineVectors, compareDirections } from "../../analysis/directions/compare";
import { length } from "../../analysis/common/vectors";
import { writeControlVector } from "../../formats/gguf";
import type {
  DirectionExported,
  DirectionFormat,
  DirectionLayer,
  DirectionMade,
  DirectionsCompared,
} from "../../protocol/direction";
import { EngineError } from "../engineError";
import { writeNpzFile } from "../npzFile";
import { writeWhole } from "../writeWhole";
import { type DirectionContents, hookAt, readDirection, writeDirection } from "../store/directionStore";

/** Cosines of two files' directions; rejects with {EngineError} "bad-direction", "direction-width". */
export async function compareFiles(first: string, second: string): Promise<DirectionsCompared> {
  const [a, b] = [await readDirection(first), await readDirection(second)];
  requireAlike([a, b]);
  return compareDirections(
    { name: a.header.name, vectors: a.vectors },
    { name: b.header.name, vectors: b.vectors },
  );
}

/** What is added up. */
export interface WeightedFile {
  readonly file: string;
  readonly weight: number;
}

/**
 * Writes the weighted sum of directions, each as long as it is. What held for the parts need not hold for the sum, so
 * it has no accuracies: *make* it anew as an import with pairs to judge it.
 * @throws {EngineError} "bad-direction", "direction-width", "direction-of-another-model", "file-not-written"
 */
export async function combineFiles(files: readonly WeightedFile[], out: string): Promise<DirectionMade> {
  const parts: (DirectionContents & { weight: number })[] = [];
  for (const { file, weight } of files) parts.push({ ...(await readDirection(file)), weight });
  requireAlike(parts);
  requireOneModel(parts);
  const vectors = combineVectors(parts);
  const layers = [...vectors.keys()];
  if (layers.length === 0)
    throw new EngineError("bad-direction", "These directions have no layer in common.", {
      next: "Make them for the same layers.",
    });
  const { header } = parts[0];
  const best = parts.map((part) => part.header.bestLayer).find((layer) => vectors.has(layer));
  const sum = {
    version: 1 as const,
    kind: "direction" as const,
    name: basename(out, extname(out)),
    model: header.model,
    hook: header.hook,
    method: "combined" as const,
    position: header.position,
    bos: header.bos,
    layers: layers.map((layer) => summed(layer, vectors.get(layer)!, parts)),
    bestLayer: best ?? layers[layers.length >> 1],
    chosenOn: "rule" as const,
    data: { pairs: 0, digest: null, testShare: 0, seed: 0, texts: { train: 0, validation: 0, test: 0 } },
    parts: parts.map(({ header: { name }, weight }) => ({ name, weight })),
    warnings: ["Combined: the sum was judged on no texts; how well its parts do says little about it."],
  };
  return { ...(await writeDirection(out, sum, vectors)), file: out };
}

function summed(layer: number, vector: Float32Array, parts: readonly DirectionContents[]): DirectionLayer {
  const lengths = parts.map(
    ({ header }) => header.layers.find((one) => one.layer === layer)?.residNorm ?? null,
  );
  return {
    layer,
    accuracy: null,
    interval: null,
    nulls: { isotropic: [], shuffled: [] },
    percentile: { isotropic: null, shuffled: null },
    pairAccuracy: null,
    validation: null,
    norm: length(vector),
    residNorm: lengths.find((one) => one !== null) ?? null,
    threshold: null,
    spread: null,
    nearest: null,
  };
}

/** Returns at once for directions of one hook and width. */
function requireAlike(parts: readonly DirectionContents[]): void {
  const of = ({ header, vectors }: DirectionContents): string =>
    `${header.hook} with ${[...vectors.values()][0].length} numbers`;
  const other = parts.find((part) => of(part) !== of(parts[0]));
  if (other === undefined) return;
  const said = `${parts[0].header.name} is at ${of(parts[0])}, ${other.header.name} at ${of(other)}.`;
  throw new EngineError("direction-width", said, { next: "Take directions of one hook of one model." });
}

function requireOneModel(parts: readonly DirectionContents[]): void {
  const digests = new Set(parts.map(({ header }) => header.model.digest).filter((digest) => digest !== null));
  if (digests.size < 2) return;
  throw new EngineError("direction-of-another-model", "These directions were made with different models.", {
    next: "Make them with one model.",
  });
}

/** Names that llama.cpp has for families that it calls otherwise. */
const hints: Readonly<Record<string, string>> = {
  gpt_neox: "gptneox",
  mistral: "llama",
  mixtral: "llama",
  phi: "phi2",
  cohere: "command-r",
  gpt_bigcode: "starcoder",
  gptj: "gptj",
  qwen2_moe: "qwen2moe",
  qwen3_moe: "qwen3moe",
};

/**
 * Writes a direction for other programs: the arrays alone, or a control vector. llama.cpp adds nothing to the output of
 * its first block, so block 0 is left out there.
 * @throws {EngineError} "bad-direction", "bad-request", "file-not-written"
 */
export async function exportFile(
  file: string,
  format: DirectionFormat,
  out: string,
): Promise<DirectionExported> {
  const { header, vectors } = await readDirection(file);
  if (format === "npz") {
    const arrays = [...vectors].map(
      ([layer, data]) => [hookAt(layer, header.hook), { shape: [data.length], data }] as const,
    );
    await writeNpzFile(out, new Map(arrays));
    return { file: out, format, layers: [...vectors.keys()], left: [] };
  }
  if (header.hook !== "hook_resid_post")
    throw new EngineError(
      "bad-request",
      `A control vector is added at hook_resid_post, not at ${header.hook}.`,
      {
        next: "Export it as npz.",
      },
    );
  const directions = new Map([...vectors].filter(([layer]) => layer > 0));
  if (directions.size === 0)
    throw new EngineError(
      "bad-request",
      "A control vector has no direction for block 0, and there is no other.",
      {
        next: "Make the direction for later layers, or export it as npz.",
      },
    );
  const { family = "" } = header.model;
  await writeWhole(out, writeControlVector({ modelHint: hints[family] ?? family, directions }));
  const left = [...vectors.keys()].filter((layer) => layer === 0);
  return { file: out, format, layers: [...directions.keys()], left };
}
