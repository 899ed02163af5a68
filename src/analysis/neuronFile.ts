/** One neuron over a text of any length: its activation on every token, and where it is strongest. */
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import type { Runner } from "../graph/runner";
import type { RunWindow, TokenInfo } from "../protocol/model";
import type { NeuronFile } from "../protocol/neurons";
import { neuronActivations, neuronKey, type NeuronId } from "./common/activations";
import { requireIds } from "./common/analysisError";
import { coveredPositions, type SelectionRange } from "./common/selection";
import { windowPlaces } from "./common/windowPlaces";

/** What a scan asks for: the text's tokens as the tokenizer gives them, added ones first or last. */
export interface FileRequest extends NeuronId {
  readonly tokens: readonly TokenInfo[];
  /** What places are not looked for in; in the offsets of `tokens`. */
  readonly range: SelectionRange;
  readonly sign: 1 | -1;
}

/**
 * Windows of nCtx move by half a context, each behind the tokens that the tokenizer puts first; a token's activation
 * is that of the first window that reaches it.
 * @throws {AnalysisError} "empty-input"
 */
export async function neuronFile(
  runner: Runner,
  request: FileRequest,
  options: WorkOptions = {},
): Promise<NeuronFile> {
  const { layer, neuron, sign } = request;
  const isAdded = ({ start, end, special }: TokenInfo): boolean => special === true && start === end;
  const first = request.tokens.findIndex((token) => !isAdded(token));
  const before = request.tokens.slice(0, Math.max(first, 0)).map(({ id }) => id);
  const tokens = request.tokens.filter((token) => !isAdded(token));
  requireIds(tokens.map(({ id }) => id));
  const activations = await scan(runner, { layer, neuron, before, ids: tokens.map(({ id }) => id) }, options);
  const window: RunWindow = {
    ids: tokens.map(({ id }) => id),
    tokens,
    start: tokens[0].start,
    truncated: false,
    bos: false,
    context: "document",
  };
  const places = windowPlaces(window, { activations, sign }, coveredPositions(window, request.range));
  return { about: "this", layer, neuron, tokens, activations: Array.from(activations), places };
}

async function scan(
  runner: Runner,
  { before, ids, ...id }: NeuronId & { readonly before: readonly number[]; readonly ids: readonly number[] },
  options: WorkOptions,
): Promise<Float32Array> {
  const room = Math.max(2, runner.info.nCtx - before.length);
  const stride = Math.floor(room / 2);
  const all = new Float32Array(ids.length);
  let done = 0;
  for (let start = 0; done < ids.length; start += stride) {
    throwIfCancelled(options.signal);
    options.onProgress?.({ done, total: ids.length, message: "Reading the file" });
    const window = ids.slice(start, start + room);
    const run = await neuronActivations(
      runner,
      { ids: [...before, ...window], neurons: [id] },
      { signal: options.signal },
    );
    const values = (run.get(neuronKey(id)) as Float32Array).subarray(before.length);
    all.set(values.subarray(done - start), done);
    done = start + window.length;
  }
  return all;
}
