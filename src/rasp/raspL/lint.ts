/**
 * Says what of a program falls outside RASP-L as its paper describes it. All of it is opt-in: the published
 * library evaluates such programs without complaint, and what they say about longer inputs is a conjecture.
 */
import { runEmbedded } from "../embedded/execute";
import type { Budget } from "../ir/budget";
import { reachable, type MapNode, type RaspNode, type SOp } from "../ir/nodes";
import type { ProgramInput } from "../program";
import type { Diagnostic } from "../source/diagnostic";
import type { SourceRange } from "../source/range";
import { int8Violations, whyInt8 } from "./int8";
import { indexArithmeticIn, partialIn } from "./lambdas";
import { raspLLanguage, raspLRuns } from "./raspL";
import type { RaspLRun } from "./run";

/** The rules, each with why it is there. */
export const lintRules = {
  "int8-range": whyInt8,
  "index-arithmetic":
    "RASP-L is proposed to compare indices and to step to a neighbour, but not to compute with them: such sums and products are conjectured not to carry over to longer inputs.",
  "non-causal":
    "RASP-L is proposed for models that predict the next token: no position may look at a later one.",
  "partial-function": "RASP-L is proposed with total functions only: this one has no value for some numbers.",
} as const;

/** The name of a rule. */
export type LintRule = keyof typeof lintRules;

/** What the lint is given beside the text. */
export interface LintOptions {
  /** The example on which ranges of values are checked. */
  readonly input: ProgramInput;
  readonly budget: Budget;
}

/** The remarks, in the order of the text. A program that does not run has none. */
export function lintRaspL(text: string, options: LintOptions): readonly Diagnostic[] {
  const { execution, embedding } = runEmbedded(raspLLanguage, text, options);
  const run = raspLRuns.get(embedding) as RaspLRun;
  const roots = execution.bindings.flatMap(({ value }) =>
    value.kind === "sop" || value.kind === "selector" ? [value.node] : [],
  );
  const nodes = reachable(roots).filter((node) => !run.inLibrary.has(node.id));
  const found = new Found();
  for (const node of nodes) {
    if (node.kind === "select" && !node.causal) {
      found.add("non-causal", node.range, "This selector lets positions look at later ones.");
    }
    if (node.kind === "map") lintMap(node, run, found);
  }
  lintRanges(nodes, { ...options, input: execution.input }, found);
  return found.remarks();
}

class Found {
  private readonly all = new Map<string, Diagnostic>();

  add(rule: LintRule, range: SourceRange | null, message: string): void {
    if (range === null) return;
    const key = `${rule} ${range.start}`;
    if (this.all.has(key)) return;
    this.all.set(key, {
      severity: "warning",
      code: rule,
      message: `${message} (A proposal, not checked by the published library.)`,
      range,
      next: lintRules[rule],
    });
  }

  remarks(): Diagnostic[] {
    return [...this.all.values()].sort((a, b) => a.range.start - b.range.start);
  }
}

function lintMap(node: MapNode, run: RaspLRun, found: Found): void {
  const func = run.functions.get(node.id);
  const indices = node.operands.map((operand) => isIndex(operand, run));
  if (func !== undefined) {
    const place = indexArithmeticIn(func, indices);
    if (place !== null) found.add("index-arithmetic", place, "This computes with an index.");
    const partial = partialIn(func);
    if (partial !== null) found.add("partial-function", partial, "This divides by what may be zero.");
  } else if (indices.some(Boolean) && !keepsIndex(node)) {
    found.add("index-arithmetic", node.range, "This computes with an index.");
  }
}

/** Comparisons, as operators and as the library's predicates, and a choice. */
const KEEPING: ReadonlySet<string> = new Set([
  ...["==", "!=", "<", "<=", ">", ">=", "where"],
  ...["equals", "leq", "lt", "geq", "gt"],
]);

/** Comparisons are free, and so are a step to a neighbour and a choice between indices. */
function keepsIndex(node: MapNode): boolean {
  const { name } = node.function;
  if (KEEPING.has(name) || name.startsWith("full ")) return true;
  return isStep(node);
}

function isStep(node: MapNode): boolean {
  const { name } = node.function;
  if (name !== "+" && name !== "-") return false;
  return node.operands.some((operand) => operand.kind === "constant" && operand.value === 1);
}

/** True for positions, for what steps from them, and for positions that were looked up. */
function isIndex(node: SOp, run: RaspLRun, depth = 0): boolean {
  if (depth > 50) return false;
  if (node.kind === "indices") return true;
  if (node.kind === "aggregate") return node.value !== null && isIndex(node.value, run, depth + 1);
  if (node.kind !== "map" || run.functions.has(node.id)) return false;
  const chosen = node.function.name === "where" ? node.operands.slice(1) : isStep(node) ? node.operands : [];
  return chosen.some((operand) => isIndex(operand, run, depth + 1));
}

function lintRanges(nodes: readonly RaspNode[], options: LintOptions, found: Found): void {
  const computed = nodes.filter(({ kind }) => kind !== "variable" && kind !== "constant");
  for (const { node, message } of int8Violations(computed, options))
    found.add("int8-range", node.range, message);
}
