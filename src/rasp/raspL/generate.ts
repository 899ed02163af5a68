/** Runs a RASP-L program as a next-token predictor. */
import type { Budget } from "../ir/budget";
import { Evaluator } from "../ir/evaluate";
import type { SOp } from "../ir/nodes";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { atomsEqual } from "../values/compare";
import type { Sequence } from "../values/sequence";
import { assertInt8 } from "./int8";

/** What to continue, and when to stop. */
export interface GenerationPlan {
  readonly prompt: readonly Atom[];
  /** The token that ends the answer; it is part of it. */
  readonly stop: Atom;
  readonly maxNew: number;
  readonly budget: Budget;
  /** "int8" refuses every value that 8 bits do not hold. */
  readonly integers?: "int8" | undefined;
}

/** One step: the sequence so far, the program's output on it, and the token taken from its end. */
export interface GenerationStep {
  readonly sequence: readonly Atom[];
  readonly output: Sequence;
  readonly next: Atom;
}

/**
 * The steps of a run: the program (a function of the array `x`) is evaluated on all that is there, and what it
 * says at the last position is appended.
 * @throws {RaspError} where an evaluation fails, or the prompt is empty
 */
export function* generationSteps(program: SOp, plan: GenerationPlan): Generator<GenerationStep> {
  const sequence = [...plan.prompt];
  if (sequence.length === 0) {
    throw new RaspError(
      "arguments",
      "A prompt has at least one token: the last position says what comes next.",
    );
  }
  for (let i = 0; i < plan.maxNew; i++) {
    const output = new Evaluator({
      tokens: sequence,
      variables: new Map([["x", sequence]]),
      budget: plan.budget,
    }).sop(program);
    if (plan.integers === "int8") {
      const input = { kind: "arrays", arrays: new Map([["x", [...sequence]]]) } as const;
      assertInt8(program, { input, budget: plan.budget });
    }
    if (output.length === 0)
      throw new RaspError("type", "The program gives an empty sequence; nothing comes next.");
    const next = output[output.length - 1];
    yield { sequence: [...sequence], output, next };
    sequence.push(next);
    if (atomsEqual(next, plan.stop)) return;
  }
}

/**
 * What the program appends to the prompt.
 * @throws {RaspError} as `generationSteps`
 */
export function generate(program: SOp, plan: GenerationPlan): Atom[] {
  // The steps hold all tokens so far; only the new ones are kept.
  return Array.from(generationSteps(program, plan), ({ next }) => next);
}
