/** Whether a beginning-of-sequence token stands before a text. */

/**
 * "auto": as the tokenizer itself has it. "always": where the tokenizer puts none, its BOS token is put there; one that
 * has none is refused by "no-bos-token". "never": nothing is put before the text.
 */
export type BosPolicy = "auto" | "always" | "never";

/** Every policy, the default first. */
export const bosPolicies: readonly BosPolicy[] = ["auto", "always", "never"];
