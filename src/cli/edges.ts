/**
 * Edges of attention as the command line names them: `LAYERS:HEADS:QUERIES:KEYS`, each part `*`, or numbers and ranges
 * separated by commas. Each becomes an "edge-mask" edit, as an entry of an edit file would.
 */
import { decodeEdits } from "../protocol/decodeEdit";
import type { Edit } from "../protocol/edit";
import type { ModelInfo } from "../protocol/model";
import { usageError } from "./cliError";

/** Highest number a part may name. */
const most = 1_000_000;

/**
 * The edits that mask some edges; several are separated by spaces or semicolons. Negative queries and keys count from
 * the prompt's end; `A..B` has both ends, `A..` ends with the prompt (or the last layer or head).
 * @param promptLength  positions of the prompt, added tokens included
 * @throws {CliError} "usage"; {DecodeError} "bad-field" when the model has no such layer or head
 */
export function edgeEdits(text: string | undefined, info: ModelInfo, promptLength: number): Edit[] {
  if (text === undefined) return [];
  const edges = text.split(/[\s;]+/).filter((edge) => edge !== "");
  if (edges.length === 0) throw usageError("--edge is empty.", "Give edges as in --edge 5:0,1:-1:0..3.");
  return edges.flatMap((edge) => {
    const parts = edge.split(":");
    if (parts.length !== 4) {
      const next = "Give LAYERS:HEADS:QUERIES:KEYS, as in --edge 5:*:-1:0..3.";
      throw usageError(`--edge has ${parts.length} parts where 4 are needed: ${JSON.stringify(edge)}.`, next);
    }
    const [layers, heads, queries, keys] = parts;
    const count = (part: string, n: number) => indices(part, { n, edge, fromEnd: false });
    const place = (part: string) => indices(part, { n: promptLength, edge, fromEnd: true });
    const chosen = { heads: count(heads, info.nHeads), keys: place(keys) };
    const inLayers = count(layers, info.nLayers) ?? Array.from({ length: info.nLayers }, (_, i) => i);
    const raw = inLayers.map((layer) => ({
      hook: `blocks.${layer}.attn.hook_attn_scores`,
      op: "edge-mask",
      positions: place(queries) ?? "every-step",
      ...(chosen.heads ? { heads: chosen.heads } : {}),
      ...(chosen.keys ? { keys: chosen.keys } : {}),
    }));
    return decodeEdits(raw, "--edge", info);
  });
}

interface Counted {
  /** How many there are. */
  readonly n: number;
  readonly edge: string;
  /** True where negative numbers count from the end. */
  readonly fromEnd: boolean;
}

/** The indices of one part, ascending as listed; null for `*`. */
function indices(part: string, counted: Counted): number[] | null {
  if (part === "*") return null;
  const found = part.split(",").flatMap((item) => {
    const match = /^(-?\d{1,7})(?:(\.\.)(-?\d{1,7})?)?$/.exec(item);
    const [first, last] = match
      ? [at(match[1], counted), at(match[3] ?? (match[2] ? String(counted.n - 1) : match[1]), counted)]
      : [NaN, NaN];
    if (match && first <= last && last < most)
      return Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const said = `${JSON.stringify(item)} in ${JSON.stringify(counted.edge.slice(0, 60))}`;
    throw usageError(`--edge has no number or range where there is ${said}.`, "Give N, A..B, A.. or *.");
  });
  return [...new Set(found)];
}

function at(text: string, { n, fromEnd }: Counted): number {
  const number = Number(text);
  return number < 0 && fromEnd ? n + number : number;
}
