/** What the families of Gemma share. */
import type { BlockSpec } from "../../graph/modelSpec";
import { type Checkpoint, rmsNorm } from "./decoder";

/** Norms before and behind attention and MLP, gains stored less 1. */
export function sandwichNorms(
  from: Checkpoint,
  at: string,
): Pick<BlockSpec, "ln1" | "ln1Post" | "ln2" | "ln2Post"> {
  const norm = (name: string) => rmsNorm(from, `${at}.${name}`, { plusOne: true });
  return {
    ln1: norm("input_layernorm"),
    ln1Post: norm("post_attention_layernorm"),
    ln2: norm("pre_feedforward_layernorm"),
    ln2Post: norm("post_feedforward_layernorm"),
  };
}
