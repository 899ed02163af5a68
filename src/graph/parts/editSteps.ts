/**
 * Edits as operators. A chain of steps stands at a hook; each takes its numbers as graph inputs, so one variant serves
 * every edit of the same kinds. Every step is written so that its neutral numbers (mul 1, share 0, add −0) leave every
 * bit as it was: an edit of zero strength is executed and changes nothing.
 */
import type { GraphBuilder, ValueName } from "../graphBuilder";
import type { Site } from "../hooks";

/**
 * What a step does to a value y:
 * - "affine": y·mul + add;
 * - "project": y·mul + P(y)·share + add, P being the projection on the span of the orthonormal rows of `basis`;
 * - "clamp": y·mul + min(max(y, least), most)·share.
 *
 * With `preserveNorm` the result then gets the length that y had, along the last axis.
 */
export interface EditStepKind {
  readonly kind: "affine" | "project" | "clamp";
  readonly preserveNorm: boolean;
}

/** Names of a step's graph inputs: mul, share and add have the value's shape, basis is [k, entries per position], least and most are [1]. */
export type StepInput = "mul" | "share" | "add" | "basis" | "least" | "most";

/** Name of one graph input of step `i` at a site. */
export const stepInput = (site: Site, i: number, input: StepInput): string => `edit/${site}/${i}/${input}`;

/** Name of the graph output with each score row's largest value, [head, pos, 1], where scores are edited: −∞ where no key is left. */
export const scoreRowsOutput = "edit/scoreRows";

/** A value at a hook; text dimensions of its shape are symbolic. */
export interface EditedValue {
  readonly site: Site;
  readonly value: ValueName;
  readonly shape: readonly (number | string)[];
}

/** The value after all steps. At attention scores what is masked stays masked. */
export function editSteps(graph: GraphBuilder, at: EditedValue, steps: readonly EditStepKind[]): ValueName {
  const isScores = at.site === "attn.hook_attn_scores";
  let value = at.value;
  steps.forEach((step, i) => {
    const before = value;
    const changed = editStep(graph, { ...at, value }, { ...step, i });
    value = step.preserveNorm ? withNormOf(graph, changed, before) : changed;
    if (isScores) {
      const masked = graph.op("Equal", [before, graph.scalar(-Infinity)]);
      value = graph.op("Where", [masked, before, value]);
    }
  });
  if (!isScores) return value;
  const largest = graph.op("ReduceMax", [value, graph.ints(2)], { keepdims: 1 });
  graph.output(scoreRowsOutput, largest, [at.shape[0], at.shape[1], 1]);
  return value;
}

function editStep(
  graph: GraphBuilder,
  { site, value, shape }: EditedValue,
  { kind, i }: EditStepKind & { readonly i: number },
): ValueName {
  const input = (name: StepInput, of = shape): ValueName => graph.input(stepInput(site, i, name), of);
  const kept = graph.op("Mul", [value, input("mul")]);
  if (kind === "affine") return graph.op("Add", [kept, input("add")]);
  if (kind === "clamp") {
    const low = graph.op("Max", [value, input("least", [1])]);
    const clamped = graph.op("Min", [low, input("most", [1])]);
    return plus(graph, kept, graph.op("Mul", [clamped, input("share")]));
  }
  const entries = shape.slice(1).reduce<number>((product, n) => product * Number(n), 1);
  const basis = input("basis", [`${site}.k${i}`, entries]);
  const flat = graph.op("Reshape", [value, graph.ints(-1, entries)]);
  const inside = graph.op("MatMul", [graph.op("Gemm", [flat, basis], { transB: 1 }), basis]);
  const part = graph.op("Reshape", [inside, graph.ints(-1, ...shape.slice(1).map(Number))]);
  const moved = plus(graph, kept, graph.op("Mul", [part, input("share")]));
  return graph.op("Add", [moved, input("add")]);
}

/** a + b, but a itself, to the sign of its zero, where b is 0: −0 + 0 would be 0. */
function plus(graph: GraphBuilder, a: ValueName, b: ValueName): ValueName {
  const none = graph.op("Equal", [b, graph.scalar(0)]);
  return graph.op("Where", [none, a, graph.op("Add", [a, b])]);
}

/** The value scaled along its last axis to the length of another; as it is where it has no length. */
function withNormOf(graph: GraphBuilder, value: ValueName, other: ValueName): ValueName {
  const length = (of: ValueName): ValueName => graph.op("ReduceL2", [of, graph.ints(-1)], { keepdims: 1 });
  const own = length(value);
  const none = graph.op("Equal", [own, graph.scalar(0)]);
  const ratio = graph.op("Where", [none, graph.scalar(1), graph.op("Div", [length(other), own])]);
  return graph.op("Mul", [value, ratio]);
}
