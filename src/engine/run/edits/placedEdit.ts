/** An edit with everything it needs to be applied: where it stands, which positions it touches, its numbers. */
import { GraphError } from "../../../graph/graphError";
import type { Site } from "../../../graph/hooks";
import type { Edit } from "../../../protocol/edit";

/** Stands for the embedding where a layer is asked for. */
export const embedLayer = -1;

/** Edges of attention that an edit touches, and what they become. */
export interface EdgeValues {
  readonly heads: readonly number[];
  /** Null: every key that the query sees. */
  readonly keys: readonly number[] | null;
  readonly value: (head: number, query: number, key: number) => number;
}

/** One edit of a run. */
export interface PlacedEdit {
  readonly edit: Edit;
  /** `embedLayer` for hooks before the first block, the number of layers for those after the last. */
  readonly layer: number;
  readonly site: Site;
  /** Prompt positions it touches, in the order listed. */
  readonly positions: readonly number[];
  /** Positions of the prompt; those after it belong to generated tokens. */
  readonly promptLength: number;
  /** True when it also touches every position after the prompt. */
  readonly everyStep: boolean;
  /** Entries of a position's value that it touches. */
  readonly entries: readonly number[];
  /** The value at a position over the hook's whole width; null where the op takes none, or the position has none. */
  readonly row: (position: number) => ArrayLike<number> | null;
  /** Orthonormal directions [k, width] of ops that project; null for the others. */
  readonly basis: readonly Float64Array[] | null;
  /** At attention scores and patterns alone. */
  readonly edges: EdgeValues | null;
}

/** True when the edit touches a position. */
export function touchesAt({ positions, everyStep, promptLength }: PlacedEdit, position: number): boolean {
  return (everyStep && position >= promptLength) || positions.includes(position);
}

/** True when the edit touches a position from … to − 1. */
export function touches(one: PlacedEdit, { from, to }: { from: number; to: number }): boolean {
  if (one.everyStep && to > one.promptLength) return true;
  return one.positions.some((position) => position >= from && position < to);
}

/** Refuses an edit, naming its hook. */
export function badEdit(edit: Edit, why: string, next: string): GraphError {
  return new GraphError("bad-edit", `The edit at "${edit.hook.slice(0, 80)}" ${why}.`, {
    next,
    details: { hook: edit.hook, op: edit.op },
  });
}
