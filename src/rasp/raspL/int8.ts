/** RASP-L with integers of 8 bits, as it was proposed: asked for, as the published library has no such limit. */
import { setting } from "../embedded/settings";
import { Evaluator } from "../ir/evaluate";
import { isSelector, reachable, type RaspNode, type SOp } from "../ir/nodes";
import type { Dialect, Execution, ProgramInput } from "../program";
import { parsePython } from "../python/syntax/parse";
import type { Budget } from "../ir/budget";
import type { Diagnostic } from "../source/diagnostic";
import { RaspError } from "../source/raspError";
import { asNumber, isNumeric } from "../values/atom";
import { atomText } from "../values/show";
import { arraysOf } from "./input";

/** Why there is such a limit. */
export const whyInt8 =
  "RASP-L is proposed with small integers only (-128 to 127), so that a model can hold each in one token.";

const SMALLEST = -128;
const LARGEST = 127;

/** On what values are computed. */
export interface Int8Options {
  readonly input: ProgramInput;
  readonly budget: Budget;
}

/** A value that is out of range. */
export interface Int8Violation {
  readonly node: SOp;
  readonly message: string;
}

/** The s-ops with a value out of range, each with its first one. */
export function int8Violations(
  nodes: readonly RaspNode[],
  { input, budget }: Int8Options,
): readonly Int8Violation[] {
  const arrays = arraysOf(input);
  const [tokens = []] = arrays.values();
  const evaluator = new Evaluator({ tokens, variables: arrays, budget });
  const found: Int8Violation[] = [];
  for (const node of nodes) {
    if (isSelector(node)) continue;
    try {
      const values = evaluator.sop(node);
      const at = values.findIndex((value) => isNumeric(value) && !inRange(asNumber(value)));
      if (at < 0) continue;
      found.push({ node, message: `${atomText(values[at])} at position ${at} is no 8-bit integer.` });
    } catch (error) {
      // What cannot be evaluated is reported by running the program.
      if (!(error instanceof RaspError)) throw error;
      if (error.code === "limit") break;
    }
  }
  return found;
}

const inRange = (value: number): boolean => value >= SMALLEST && value <= LARGEST;

/**
 * Holds a value to 8-bit integers: no step on the way to it may leave the range.
 * @throws {RaspError} "limit" where one does
 */
export function assertInt8(root: SOp, options: Int8Options): void {
  const [first] = int8Violations(reachable([root]), options);
  if (first !== undefined) throw errorOf(first);
}

function errorOf({ node, message }: Int8Violation): RaspError {
  return new RaspError("limit", message, node.range, whyInt8);
}

/** Whether a program asks for 8-bit integers: `# integers: "int8"`. */
export function asksInt8(text: string): boolean {
  const found = setting(parsePython(text).comments, "integers");
  return found !== undefined && "value" in found && found.value === "int8";
}

/** The language, with 8-bit integers where they are asked for. */
export function withInt8(language: Dialect): Dialect {
  return {
    ...language,
    check: (text) => [...language.check(text), ...unknownIntegers(text)],
    execute: (text, options) => {
      const execution = language.execute(text, options);
      return options.integers === "int8" || asksInt8(text) ? held(execution, options.budget) : execution;
    },
  };
}

function held(execution: Execution, budget: Budget): Execution {
  const { bindings, errors, input, result } = execution;
  const roots = bindings.flatMap(({ value }) =>
    value.kind === "sop" || value.kind === "selector" ? [value.node] : [],
  );
  const found = int8Violations(reachable(roots), { input, budget }).map(errorOf);
  const start = (error: RaspError): number => error.range?.start ?? 0;
  return {
    ...execution,
    errors: [...errors, ...found].sort((a, b) => start(a) - start(b)),
    result: found.length > 0 ? null : result,
  };
}

function unknownIntegers(text: string): Diagnostic[] {
  const found = setting(parsePython(text).comments, "integers");
  if (found === undefined || ("value" in found && found.value === "int8")) return [];
  const { range } = "value" in found ? found.comment : found.broken;
  const next = 'Write # integers: "int8", or leave the line out for integers of any size.';
  return [{ severity: "warning", code: "integers", message: "These integers are not known.", range, next }];
}
