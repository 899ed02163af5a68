/** What a picture was made of, so that whoever has the picture can make its numbers again. */
import type { BosPolicy } from "../base/bosPolicy";

/** The texts of a run: what is looked at and what stood before it, or the two of a patch, or a prompt. */
export type TextRole = "text" | "prefix" | "base" | "source" | "prompt";

/** All of them. */
export const textRoles: readonly TextRole[] = ["text", "prefix", "base", "source", "prompt"];

/** Stands beside a panel's data and is replaced with it. */
export interface Made {
  /** Version of Introspect. */
  readonly version: string;
  /** When, as ISO 8601 in UTC. */
  readonly at: string;
  /** What was asked about a beginning-of-sequence token; the data says whether one came. */
  readonly bos: BosPolicy;
  /** As the model saw them: a text that is too long for the context begins where its window does. */
  readonly texts: Readonly<Partial<Record<TextRole, string>>>;
  /** Where `texts.text` begins in its document, UTF-16 units. */
  readonly start: number;
  /** What is selected of `texts.text`, in units of it; null where nothing is, or not within it. */
  readonly range: { readonly start: number; readonly end: number } | null;
}
