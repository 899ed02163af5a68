/** The null of shuffled labels: directions of edits made anew of their own pairs, where these are known. */
import { readFile } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import { refit } from "../../analysis/directions/shuffled";
import { cosine } from "../../analysis/common/vectors";
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import type { DirectionHeader, TextPair } from "../../protocol/direction";
import type { DirectionFile, Edit } from "../../protocol/edit";
import { distinct, encodePairs, framed, pairsDigest } from "../directions/texts";
import { templateOf } from "../directions/templates";
import type { OpenModel } from "../model";
import { hookAt, readDirection } from "../store/directionStore";

/** Per edit its direction under shuffled labels, once per draw; null where its pairs are not known. */
export type LabelShuffles = readonly (readonly Float64Array[] | null)[];

/** Where the files of edits are, and what is drawn. */
export interface ShuffleRequest {
  /** Folder from which relative paths start. */
  readonly base: string;
  readonly draws: number;
  readonly seed: number;
}

/** With fewer pairs to fit to, shuffled labels are often the labels themselves, or all of them turned round. */
const fewestPairs = 6;
/** How alike the vector made anew must be to that of the file. */
const same = 0.9999;

/** Makes them. What cannot be made again is no error: random prompt pairs stand in for it. */
export async function labelShuffles(
  open: OpenModel,
  edits: readonly Edit[],
  request: ShuffleRequest,
  work: WorkOptions,
): Promise<LabelShuffles> {
  const found: (readonly Float64Array[] | null)[] = [];
  for (const edit of edits) {
    const file = directionOf(edit);
    found.push(
      file === null || request.draws === 0
        ? null
        : await shufflesOf(open, { file, own: edit.hook }, request, work),
    );
  }
  return found;
}

function directionOf({ op, value, subspace }: Edit): DirectionFile | null {
  const from = op === "interchange" ? subspace : value;
  return from !== undefined && "direction" in from ? from : null;
}

async function shufflesOf(
  open: OpenModel,
  { file, own }: { readonly file: DirectionFile; readonly own: string },
  { base, draws, seed }: ShuffleRequest,
  work: WorkOptions,
): Promise<readonly Float64Array[] | null> {
  const path = isAbsolute(file.direction) ? file.direction : resolve(base, file.direction);
  if (!(await isJson(path))) return null;
  const { header, vectors } = await readDirection(path).catch(() => ({ header: null, vectors: null }));
  if (header === null || open.tokenizer === null) return null;
  const { method } = header;
  // A principal component has nothing but its sign of the labels: under other ones it is the direction itself, or its
  // opposite.
  const fitted = method === "mean-difference" || method === "logistic";
  const hook = file.hook ?? own;
  const layer = header.layers.find((one) => hookAt(one.layer, header.hook) === hook)?.layer;
  const vector = layer === undefined ? undefined : vectors.get(layer);
  const pairs = await pairsOf(header);
  const isOfModel = header.model.digest === (await open.digest(work));
  if (!fitted || vector === undefined || pairs === null || !isOfModel) return null;
  const { texts: parts } = header.data;
  if (parts.train + parts.validation < 2 * fewestPairs) return null;
  throwIfCancelled(work.signal);
  const bos = header.bos ? "always" : "never";
  const { texts } = encodePairs(pairs, { tokenizer: open.tokenizer, nCtx: open.info.nCtx, bos });
  const { position, data } = header;
  const asked = { texts, position, hook, method, testShare: data.testShare, seed: data.seed };
  const made = await refit(open.runner, asked, { draws, seed }, work);
  // What is not the direction itself under its own labels would be a null of something else.
  return cosine(made.own, vector) >= same ? made.shuffled : null;
}

async function isJson(path: string): Promise<boolean> {
  const bytes = await readFile(path).catch(() => null);
  return bytes !== null && bytes[0] !== 0x50;
}

/** The pairs of a direction: those that its header keeps, or those of its template; null where they are others by now. */
async function pairsOf({ data, template }: DirectionHeader): Promise<readonly TextPair[] | null> {
  const shipped = template === undefined ? null : await templateOf(template).catch(() => null);
  const pairs = data.kept ?? (shipped ? distinct(framed(shipped.pairs, shipped.frame), true).pairs : null);
  return pairs !== null && pairsDigest(pairs) === data.digest ? pairs : null;
}
