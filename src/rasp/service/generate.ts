/** Continues the example of a RASP-L program, a token at a time. */
import type { RaspProgram, RaspTokens } from "../../protocol/raspApi";
import { setting } from "../embedded/settings";
import { generationSteps } from "../raspL/generate";
import { arraysOf } from "../raspL/input";
import { asksInt8 } from "../raspL/int8";
import { parsePython } from "../python/syntax/parse";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import { atomsEqual } from "../values/compare";
import { atomFromJson } from "../values/json";
import { atomText } from "../values/show";
import { runOnExample, type ProgramRun, type ReadBeside } from "./analyse";

/**
 * The tokens that a program writes behind its array `x`, until the token that `# stop: …` names.
 * @throws {RaspError} where the program fails, or its result is no sequence
 */
export function generate(program: RaspProgram & { readonly most: number }, read: ReadBeside): RaspTokens {
  const { prompt, generated, stop } = written(program, program.most, runOnExample(program, read));
  const last = generated.at(-1);
  const ended = stop !== undefined && last !== undefined && atomsEqual(last, stop);
  return {
    prompt: prompt.map(atomText),
    generated: generated.map(atomText),
    stop: stop === undefined ? null : atomText(stop),
    ended: ended ? "stop" : "limit",
  };
}

/** A prompt and what a program wrote behind it. */
export interface Written {
  readonly prompt: readonly Atom[];
  readonly generated: readonly Atom[];
  readonly stop: Atom | undefined;
}

/**
 * What a program that was run writes behind its array `x`.
 * @throws {RaspError} as `generate`
 */
export function written(
  { text }: Pick<RaspProgram, "text">,
  most: number,
  { execution, budget }: Pick<ProgramRun, "execution" | "budget">,
): Written {
  if (execution.errors[0] !== undefined) throw execution.errors[0];
  const { result, input } = execution;
  if (result?.kind !== "sop") throw new RaspError("type", "The program's result is no sequence.");
  const prompt = arraysOf(input).get("x");
  if (prompt === undefined) {
    throw new RaspError(
      "arguments",
      "The example has no array x to continue.",
      null,
      'Write one: # example: {"x": [1, 2]}.',
    );
  }
  const stop = stopOf(text);
  const integers = asksInt8(text) ? "int8" : undefined;
  const plan = { prompt, stop: stop ?? null, maxNew: most, budget, integers } as const;
  return { prompt, generated: Array.from(generationSteps(result.node, plan), ({ next }) => next), stop };
}

function stopOf(text: string): Atom | undefined {
  const found = setting(parsePython(text).comments, "stop");
  return found && "value" in found ? atomFromJson(found.value) : undefined;
}
