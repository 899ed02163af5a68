/** The result of a program as plain JSON: what the command line prints and the conformance cases expect. */
import { Evaluator } from "./ir/evaluate";
import { matrixRows } from "./ir/matrix";
import type { RaspNode } from "./ir/nodes";
import { schedule, type HeadSharing } from "./ir/schedule";
import type { Dialect, DialectName, Execution, ProgramInput, RaspValue } from "./program";
import { RaspError } from "./source/raspError";
import { atomToJson, type JsonAtom } from "./values/json";
import { sequenceText, sequenceType, type Sequence } from "./values/sequence";
import { Budget } from "./ir/budget";

/** JSON of values: lists may be nested. */
export type JsonItem = JsonAtom | readonly JsonItem[] | { readonly [key: string]: JsonItem };

/** What a case expects, and what the command line prints; a result has the keys of its kind. */
export interface CaseResult {
  readonly seq?: readonly JsonAtom[];
  /** Original RASP only: the type of the whole sequence and the display text. */
  readonly type?: string;
  readonly print?: string;
  readonly value?: JsonAtom;
  readonly selector?: readonly (readonly number[])[];
  readonly list?: readonly JsonItem[];
  readonly dict?: readonly (readonly [JsonAtom, JsonItem])[];
  readonly function?: { readonly name: string; readonly parameters: readonly string[] };
  readonly analysis?: {
    readonly layers: number;
    /** The widest layer; RASPy, which counts aggregates layer by layer, names none. */
    readonly max_heads?: number;
    readonly heads_per_layer: readonly number[];
  };
  readonly stdout?: string;
  /** RASP-L: the rule that the program breaks first, and what it writes behind a prompt. */
  readonly lint?: string | null;
  readonly generated?: readonly JsonAtom[];
  readonly error?: string;
}

/** How the peers of each dialect count heads. */
export const peerSharing: Readonly<Record<DialectName, HeadSharing>> = {
  rasp: "identity",
  raspy: "never",
  "rasp-l": "never",
  tracr: "never",
};

/** How values become JSON. */
export interface ShowOptions {
  readonly dialect: DialectName;
  /** Evaluates s-ops and selectors. */
  readonly evaluator: Evaluator;
}

/** On what values are evaluated, and how. */
export interface EvaluateOptions {
  readonly dialect: DialectName;
  readonly input: ProgramInput;
  /** Tracr: every selector is masked. */
  readonly causal?: boolean;
  readonly budget?: Budget;
}

/**
 * A value as JSON; s-ops and selectors are evaluated.
 * @throws {RaspError} what evaluation throws
 */
export function valueToJson(value: RaspValue, options: ShowOptions): CaseResult {
  switch (value.kind) {
    case "sop":
      return sequenceResult(options.evaluator.sop(value.node), options.dialect);
    case "sequence":
      return sequenceResult(value.values, options.dialect);
    case "selector":
      return { selector: matrixRows(options.evaluator.selector(value.node)) };
    case "matrix":
      return { selector: matrixRows(value.matrix) };
    case "atom":
      return { value: atomToJson(value.atom) };
    case "list":
      return { list: value.items.map((item) => itemToJson(item, options)) };
    case "dict":
      return { dict: value.entries.map(([key, each]) => [atomToJson(key), itemToJson(each, options)]) };
    case "function":
      return { function: { name: value.name, parameters: [...value.parameters] } };
  }
}

/** The evaluator of an input, as the dialect evaluates. */
export function evaluatorFor({
  dialect,
  input,
  causal = false,
  budget = new Budget(),
}: EvaluateOptions): Evaluator {
  const typed = dialect === "rasp";
  return input.kind === "tokens"
    ? new Evaluator({ tokens: input.tokens, typed, causal, budget })
    : new Evaluator({ tokens: firstArray(input), variables: input.arrays, typed, causal, budget });
}

/** Sequences that are as long as the input, such as constants, are as long as the first array. */
function firstArray({ arrays }: { readonly arrays: ReadonlyMap<string, Sequence> }): Sequence {
  const [first = []] = arrays.values();
  return first;
}

function sequenceResult(values: Sequence, dialect: DialectName): CaseResult {
  const seq = values.map(atomToJson);
  return dialect === "rasp" ? { seq, type: sequenceType(values), print: sequenceText(values) } : { seq };
}

function itemToJson(value: RaspValue, options: ShowOptions): JsonItem {
  if (value.kind === "atom") return atomToJson(value.atom);
  if (value.kind === "list") return value.items.map((item) => itemToJson(item, options));
  return valueToJson(value, options) as unknown as JsonItem;
}

/** Layers and heads of a value; of one without nodes, none. */
export function analysisOf(value: RaspValue, sharing: HeadSharing): NonNullable<CaseResult["analysis"]> {
  const { layers, headsPerLayer } = schedule(nodesOf(value), sharing);
  return { layers, max_heads: Math.max(0, ...headsPerLayer), heads_per_layer: headsPerLayer };
}

/** The nodes that a value holds. */
export function nodesOf(value: RaspValue): RaspNode[] {
  if (value.kind === "sop" || value.kind === "selector") return [value.node];
  if (value.kind === "list") return value.items.flatMap(nodesOf);
  return value.kind === "dict" ? value.entries.flatMap(([, each]) => nodesOf(each)) : [];
}

/** The result of an execution: that of its last statement, else its first error. */
export function executionToJson(execution: Execution, options: Omit<EvaluateOptions, "input">): CaseResult {
  const { result, errors, input } = execution;
  if (result === null) return errors.length > 0 ? { error: errors[0].code } : {};
  const computed = options.causal === true ? undefined : execution.evaluator;
  try {
    return valueToJson(result, {
      dialect: options.dialect,
      evaluator: computed ?? evaluatorFor({ ...options, input }),
    });
  } catch (error) {
    if (error instanceof RaspError) return { error: error.code };
    throw error;
  }
}

/** Runs a program and gives its result. */
export function runProgram(
  dialect: Dialect,
  program: string,
  options: Omit<EvaluateOptions, "dialect"> & { readonly analysis?: boolean },
): CaseResult {
  const { input, budget = new Budget() } = options;
  const execution = dialect.execute(program, { input, budget });
  if (options.analysis === true && execution.result !== null) {
    const { max_heads, ...layers } = analysisOf(execution.result, peerSharing[dialect.name]);
    return { analysis: dialect.name === "raspy" ? layers : { ...layers, max_heads } };
  }
  return executionToJson(execution, { ...options, dialect: dialect.name, budget });
}
