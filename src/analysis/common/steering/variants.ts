/** Edits with a part of what they do left out or moved: controls that are run once. */
import type { WorkOptions } from "../../../base/cancel";
import type { Runner } from "../../../graph/runner";
import type { Edit } from "../../../protocol/edit";
import { editHook } from "../../../protocol/editHook";
import { numericEdits, pairIds, type PairEncoder, type PairValue } from "../editValue";
import { readAt, rowOf } from "../reads";

/** The edits as they were written, and as numbers. */
export interface BothEdits {
  readonly given: readonly Edit[];
  readonly numeric: readonly Edit[];
}

/** The two texts (or ids) of an edit that adds their difference; null for any other. */
export function pairOf({ op, value }: Edit): PairValue | null {
  if (op !== "add" || value === undefined || Array.isArray(value) || "direction" in value) return null;
  return value as PairValue;
}

/**
 * What is added without what is taken off; null where no edit takes anything off. Rows at which both texts still begin
 * alike are zero, as they are in the difference.
 */
export async function positiveOnly(
  runner: Runner,
  { given, numeric }: BothEdits,
  encoder: PairEncoder | null,
  options: WorkOptions,
): Promise<Edit[] | null> {
  if (!given.some((edit) => pairOf(edit)?.minus !== undefined)) return null;
  const edits: Edit[] = [];
  for (const [i, edit] of given.entries()) {
    const pair = pairOf(edit);
    if (pair?.minus === undefined) {
      edits.push(numeric[i]);
      continue;
    }
    const { plus, minus } = pairIds(pair, encoder);
    const [alone] = await numericEdits(runner, [{ ...edit, value: { ids: plus } }], encoder, options);
    const same = plus.findIndex((id, p) => id !== minus?.[p]);
    const rows = (alone.value as readonly (readonly number[])[]).map((row, p) =>
      same < 0 || p < same ? row.map(() => 0) : row,
    );
    edits.push({ ...alone, value: rows });
  }
  return edits;
}

/** The difference of token embeddings in the place of that of the streams; null where no edit adds texts to the stream. */
export async function embeddingOnly(
  runner: Runner,
  { given, numeric }: BothEdits,
  encoder: PairEncoder | null,
  options: WorkOptions,
): Promise<Edit[] | null> {
  const { info } = runner;
  const fits = (edit: Edit): boolean =>
    pairOf(edit) !== null && editHook(edit.hook, info)?.width === info.dModel;
  if (!info.hooks.includes(embedHook) || !given.some(fits)) return null;
  const edits: Edit[] = [];
  for (const [i, edit] of given.entries()) {
    const pair = pairOf(edit);
    if (pair === null || !fits(edit)) {
      edits.push(numeric[i]);
      continue;
    }
    const { plus, minus } = pairIds(pair, encoder);
    const above = await embeddings(runner, plus, options);
    const below = minus && (await embeddings(runner, minus, options));
    const rows = above.map((row, p) => row.map((x, d) => x - (below?.[p][d] ?? 0)));
    edits.push({ ...numeric[i], value: rows });
  }
  return edits;
}

const embedHook = "hook_embed";

async function embeddings(runner: Runner, ids: readonly number[], options: WorkOptions): Promise<number[][]> {
  const plan = { ids, reads: [{ hook: embedHook }], cache: "none" as const };
  const found = readAt(await runner.run(plan, { signal: options.signal }), embedHook);
  return ids.map((_, position) => Array.from(rowOf(found, position)));
}

/** Layer of a block's hook; null for hooks of no block. */
export function layerOf(hook: string): number | null {
  const found = /^blocks\.(\d+)\./.exec(hook);
  return found ? Number(found[1]) : null;
}

/**
 * The same edits at other layers, all moved alike: the first edit to `layer`, or by half the depth where none is named.
 * Texts are read there; numbers go as they are. Null in a model of one layer, and where no hook of a block is edited.
 */
export async function otherLayer(
  runner: Runner,
  { given, numeric }: BothEdits,
  asked: { readonly layer: number | undefined; readonly encoder: PairEncoder | null },
  options: WorkOptions,
): Promise<{ readonly layer: number; readonly edits: Edit[] } | null> {
  const { nLayers, hooks } = runner.info;
  const first = given.map(({ hook }) => layerOf(hook)).find((layer) => layer !== null);
  if (first === undefined || first === null || nLayers < 2) return null;
  const layer = asked.layer ?? (first + Math.max(1, Math.floor(nLayers / 2))) % nLayers;
  if (layer >= nLayers || layer === first) return null;
  const moved = given.map((edit, i) => {
    const own = layerOf(edit.hook);
    if (own === null) return edit;
    const to = (own + layer - first + nLayers) % nLayers;
    const source = pairOf(edit) === null ? numeric[i] : edit;
    return { ...source, hook: edit.hook.replace(/^blocks\.\d+\./, `blocks.${to}.`) };
  });
  if (!moved.every(({ hook }) => hooks.includes(hook))) return null;
  return { layer, edits: await numericEdits(runner, moved, asked.encoder, options) };
}
