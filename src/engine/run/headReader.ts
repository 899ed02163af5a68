/** Reads from mapped weights how one head makes its scores. */
import { GraphError } from "../../graph/graphError";
import type { HeadReading, HeadSide, HeadSideNorm } from "../../graph/headReading";
import type { HeadNormSpec, LinearSpec, ModelSpec, QkvSpec } from "../../graph/modelSpec";
import { rotaryTables } from "./positionFeeds";
import type { WeightReader } from "./weightReader";

/** Which head, and for a run of how many positions. */
export interface HeadAt {
  readonly layer: number;
  readonly head: number;
  readonly length: number;
}

/**
 * One head of a model, from its weights and settings.
 * @throws {GraphError} "bad-plan" where there is no such head
 */
export async function readHead(spec: ModelSpec, reader: WeightReader, at: HeadAt): Promise<HeadReading> {
  const { layer, head, length } = at;
  const { nHeads, nKvHeads, nLayers } = spec;
  const block = spec.blocks[layer];
  if (block === undefined || !(head >= 0 && head < nHeads))
    throw new GraphError("bad-plan", `There is no head ${layer}.${head} in ${nLayers} layers of ${nHeads}.`);
  const { attention } = block;
  const kvHead = Math.floor(head / (nHeads / nKvHeads));
  const side = async (of: "q" | "k", index: number): Promise<HeadSide> => {
    const { linear, outputs } = rowsOfHead(attention.qkv, spec, { of, index });
    const norm = of === "q" ? attention.qNorm : attention.kNorm;
    return {
      ...(await reader.linearOutputs(linear, outputs)),
      norm: norm === null ? null : await headSideNorm(norm, spec, { reader, index }),
    };
  };
  const { rotary, alibi } = attention;
  const rotation = rotary && {
    dRotary: rotary.dRotary,
    pairs: rotary.pairs,
    factor: rotary.factor,
    ...rotaryTables(rotary, { from: 0, to: length, length }),
  };
  return {
    norm: block.order === "post" || block.ln1 === null ? null : "ln1",
    kvHead,
    q: await side("q", head),
    k: await side("k", kvHead),
    clip: attention.clip,
    rotation,
    scoreScale: attention.scoreScale,
    softCap: attention.softCap,
    bias: alibi && Float32Array.from({ length }, (_, key) => alibi.bias(head, key, length)),
  };
}

/** Which outputs of which product are one head's queries or keys. */
function rowsOfHead(
  qkv: QkvSpec,
  { nHeads, dHead }: Pick<ModelSpec, "nHeads" | "dHead">,
  { of, index }: { readonly of: "q" | "k"; readonly index: number },
): { readonly linear: LinearSpec; readonly outputs: readonly number[] } {
  const from = (first: number): number[] => Array.from({ length: dHead }, (_, d) => first + d);
  switch (qkv.kind) {
    case "separate":
      return { linear: qkv[of], outputs: from(index * dHead) };
    case "fused":
      return { linear: qkv.linear, outputs: from(((of === "q" ? 0 : nHeads) + index) * dHead) };
    case "grouped": {
      const counts = qkv.parts.map(({ heads }) => heads);
      const each = counts.reduce((a, b) => a + b, 0);
      const part = qkv.parts.findIndex((one) => one.of === of);
      const before = counts.slice(0, part).reduce((a, b) => a + b, 0);
      const group = Math.floor(index / counts[part]);
      return { linear: qkv.linear, outputs: from((group * each + before + (index % counts[part])) * dHead) };
    }
  }
}

async function headSideNorm(
  spec: HeadNormSpec,
  { dHead }: Pick<ModelSpec, "dHead">,
  { reader, index }: { readonly reader: WeightReader; readonly index: number },
): Promise<HeadSideNorm> {
  /** The head's own entries: a tensor has those of one head for all, or of every head. */
  const own = async (name: string): Promise<Float32Array> => {
    const all = await reader.vector(name);
    return all.length === dHead ? all : all.slice(index * dHead, (index + 1) * dHead);
  };
  const { gain, bias, plusOne, kind, over, epsilon } = spec;
  const stored = gain === null ? null : typeof gain === "string" ? await own(gain) : await own(gain[index]);
  return {
    kind,
    over,
    gain: plusOne ? (stored?.map((less) => less + 1) ?? null) : stored,
    bias: bias === null ? null : await own(bias),
    epsilon,
  };
}
