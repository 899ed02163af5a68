/** Directions that no text is needed for: of the unembedding, of neurons, of a file. */
import { CodedError } from "../../base/errors";
import { readControlVector } from "../../formats/gguf";
import { parseHook } from "../../graph/hooks";
import { requireNeuron } from "../../analysis/common/activations";
import type { DirectionSource } from "../../analysis/directions";
import { asList, asNumber, asObject, asText, badField, parseJson } from "../../protocol/decode";
import type { DirectionSpec } from "../../protocol/direction";
import { editHook } from "../../protocol/editHook";
import { tokenFinder } from "../effectTokens";
import { EngineError } from "../engineError";
import type { OpenModel } from "../model";
import {
  arraysOf,
  bytesOf,
  type DirectionSubject,
  hookAt,
  isDirectionHeader,
  readDirection,
  refused,
  requireWidth,
} from "../store/directionStore";

/** Vectors by layer, and the layers that can have one. */
export interface GivenVectors {
  readonly source: Extract<DirectionSource, { kind: "given" }>;
  readonly layers: readonly number[];
}

/** What a direction must fit to be used with a model. */
export function subjectOf(open: OpenModel, digest: string | null): DirectionSubject {
  const { info } = open;
  return { digest, hooks: info.hooks, width: (hook) => editHook(hook, info)?.width ?? null };
}

/**
 * The difference of two tokens' rows of the unembedding, the same for every layer; the last layer is its own.
 * @throws {EngineError} "bad-pairs" for a text that is not one token
 */
export async function unembedVectors(
  open: OpenModel,
  spec: DirectionSpec,
  layers: readonly number[],
): Promise<GivenVectors> {
  const { runner, info } = open;
  const find = tokenFinder(open.tokenizer);
  const ids = spec.tokens!.map((token) => {
    const id = typeof token === "string" ? find(token) : token < info.dVocab ? token : null;
    if (id !== null) return id;
    const said = `${JSON.stringify(token)} is no token of this model.`;
    throw new EngineError("bad-pairs", said, { next: 'Give texts of one token, such as " good", or ids.' });
  });
  const vector = spec.fold === true ? await folded(runner, ids) : await plain(runner, ids);
  const last = layers[layers.length - 1];
  return { source: sameAt(layers, vector, last), layers };
}

async function plain(runner: OpenModel["runner"], ids: readonly number[]): Promise<Float64Array> {
  const [plus, minus] = await runner.unembedRows(ids);
  return Float64Array.from(plus, (x, d) => x - minus[d]);
}

async function folded(runner: OpenModel["runner"], [plus, minus]: readonly number[]): Promise<Float64Array> {
  const sums = new Float32Array(runner.info.dVocab);
  sums[plus] += 1;
  sums[minus] -= 1;
  return Float64Array.from(await runner.logitDirections(sums));
}

/** The sum of what neurons write, from the last of their layers on, which is its own. */
export async function neuronVectors(
  open: OpenModel,
  spec: DirectionSpec,
  layers: readonly number[],
): Promise<GivenVectors> {
  const { runner, info } = open;
  const vector = new Float64Array(info.dModel);
  for (const { layer, neuron, weight } of spec.neurons!) {
    requireNeuron(runner, { layer, neuron });
    const [{ out }] = await runner.neuronWeights(layer, [neuron]);
    out.forEach((x, d) => (vector[d] += weight * x));
  }
  const own = Math.max(...spec.neurons!.map(({ layer }) => layer));
  const behind = layersFrom(layers, own);
  return { source: sameAt(behind, vector, behind[0]), layers: behind };
}

/**
 * Of the layers asked for those from one on: what is written there has not been written before.
 * @throws {EngineError} "bad-request"
 */
export function layersFrom(layers: readonly number[], own: number): readonly number[] {
  const behind = layers.filter((layer) => layer >= own);
  if (behind.length > 0) return behind;
  const said = `What is written at layer ${own} is not in the stream of the layers asked for.`;
  throw new EngineError("bad-request", said, { next: `Ask for layers from ${own} on.` });
}

function sameAt(layers: readonly number[], vector: Float64Array, bestLayer: number): GivenVectors["source"] {
  return { kind: "given", vectors: new Map(layers.map((layer) => [layer, vector])), bestLayer };
}

/**
 * The vectors of a file: F.json with its npz, an npz with arrays [D], a GGUF control vector, or {hook, vector}.
 * @throws {EngineError} "bad-direction", "direction-of-another-model", "direction-width"
 */
export async function importVectors(
  path: string,
  spec: DirectionSpec,
  subject: DirectionSubject,
): Promise<GivenVectors & { readonly hook: string }> {
  const found = await vectorsIn(path, spec, subject);
  const layers = [...found.vectors.keys()].filter(
    (layer) => spec.layers === "all" || spec.layers.includes(layer),
  );
  if (layers.length === 0) throw refused(path, `holds no vector at ${spec.hook} of the layers asked for`);
  layers.sort((a, b) => a - b);
  for (const layer of layers) {
    const hook = hookAt(layer, found.hook);
    const vector = found.vectors.get(layer)!;
    if (!subject.hooks.includes(hook)) {
      const said = `${path} has a vector at ${hook}, which the model lacks.`;
      throw new EngineError("direction-of-another-model", said, {
        next: "Choose the model that it was made for.",
      });
    }
    if (!vector.every(Number.isFinite))
      throw refused(path, `holds values at ${hook} that are no finite numbers`);
    requireWidth(vector.length, hook, subject, path);
  }
  const vectors = new Map(layers.map((layer) => [layer, Float64Array.from(found.vectors.get(layer)!)]));
  const bestLayer = layers.includes(found.best ?? -1) ? found.best! : layers[layers.length >> 1];
  return { source: { kind: "given", vectors, bestLayer }, layers, hook: found.hook };
}

interface Found {
  readonly hook: string;
  readonly vectors: ReadonlyMap<number, Float32Array>;
  readonly best?: number;
}

async function vectorsIn(path: string, spec: DirectionSpec, subject: DirectionSubject): Promise<Found> {
  const bytes = await bytesOf(path);
  if (bytes[0] === 0x50) return { hook: spec.hook, vectors: await npzVectors(path, spec.hook) };
  if (bytes[0] === 0x47 && bytes[1] === 0x47) {
    const { directions } = attempted(path, () => readControlVector(bytes));
    return { hook: "hook_resid_post", vectors: directions };
  }
  const value = attempted(path, () =>
    parseJson(new TextDecoder("utf-8", { fatal: true }).decode(bytes), path),
  );
  if (!isDirectionHeader(value)) return attempted(path, () => plainVector(value));
  const { header, vectors } = await readDirection(path, subject);
  return { hook: header.hook, vectors, best: header.bestLayer };
}

function attempted<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    throw refused(path, cause instanceof CodedError ? cause.message.replace(/\.$/, "") : "is no text", cause);
  }
}

async function npzVectors(path: string, hook: string): Promise<Map<number, Float32Array>> {
  const vectors = new Map<number, Float32Array>();
  const arrays = await arraysOf(path);
  for (const [name, { shape, data }] of arrays) {
    const at = /^blocks\.(\d{1,6})\.(.+)$/.exec(name);
    if (at?.[2] !== hook || !(data instanceof Float32Array)) continue;
    if (shape.length !== 1)
      throw refused(path, `holds an array [${shape.join(", ")}] at ${name} where [D] is needed`);
    vectors.set(Number(at[1]), data);
  }
  if (vectors.size > 0) return vectors;
  const has = [...arrays.keys()].slice(0, 5).join(", ") || "none";
  throw refused(path, `holds no array named blocks.N.${hook}, only ${has}`);
}

/** {hook, vector}, the form that edits take too. */
function plainVector(value: unknown): Found {
  const object = asObject(value, "direction");
  const hook = parseHook(asText(object["hook"], "hook"));
  if (hook.place !== "block") throw badField("hook", "is no hook of a block");
  const vector = asList(object["vector"], "vector").map((one, i) => asNumber(one, `vector[${i}]`));
  return { hook: hook.site, vectors: new Map([[hook.layer, Float32Array.from(vector)]]) };
}
