/** A RASP-L program as a next-token predictor, asked as JSON: `{prompt, stop, max_new}`. */
import { dialects } from "../dialects";
import { Budget } from "../ir/budget";
import type { Execution } from "../program";
import { generate } from "../raspL/generate";
import { asksInt8 } from "../raspL/int8";
import type { CaseResult } from "../runCase";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { atomFromJson, atomToJson, inputFromJson } from "../values/json";

/** So many tokens are written at most where nothing else is asked. */
const USUAL_TOKENS = 200;
/** More than anyone reads; each token is computed anew on all before it. */
const MOST_TOKENS = 10_000;

/** What to continue, the token that ends it, and how many tokens at most. */
export interface Continuation {
  readonly prompt: readonly Atom[];
  /** Null: none does. */
  readonly stop: Atom;
  readonly maxNew: number;
}

/**
 * What a value asks to continue; null where it names arrays only.
 * @throws {RaspError} "type" where a part of it is not what it should be
 */
export function continuationFrom(value: unknown): Continuation | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const { prompt, stop = null, max_new: maxNew = USUAL_TOKENS } = value as Record<string, unknown>;
  if (prompt === undefined || !("stop" in value || "max_new" in value)) return null;
  if (typeof maxNew !== "number" || !Number.isSafeInteger(maxNew) || maxNew < 0 || maxNew > MOST_TOKENS)
    throw new RaspError("type", "max_new is a whole number of tokens from 0 to 10,000.");
  return { prompt: inputFromJson(prompt), stop: atomFromJson(stop), maxNew };
}

/**
 * What a program writes behind the prompt, which it sees as its array `x`.
 * @throws {RaspError} where the program fails, or its result is no sequence
 */
export function continued(
  program: string,
  { prompt, stop, maxNew }: Continuation,
  integers?: "int8",
): CaseResult {
  const budget = new Budget();
  const input = { kind: "arrays", arrays: new Map([["x", prompt]]) } as const;
  const node = sopOf(dialects["rasp-l"].execute(program, { input, budget, integers }));
  const asked = integers ?? (asksInt8(program) ? "int8" : undefined);
  const plan = { prompt, stop, maxNew, budget, integers: asked } as const;
  return { generated: generate(node, plan).map(atomToJson) };
}

/**
 * The s-op that a program results in.
 * @throws {RaspError} the program's first error; "type" where its result is no s-op
 */
export function sopOf({ result, errors }: Execution) {
  if (errors[0] !== undefined) throw errors[0];
  if (result?.kind !== "sop") throw new RaspError("type", "The program's result is no sequence.");
  return result.node;
}
