/** Says why a Tracr program could not be compiled, or would compute something else. */
import type { Budget } from "../ir/budget";
import { Evaluator } from "../ir/evaluate";
import { isSelector, reachable, type AggregateNode, type RaspNode, type SOp } from "../ir/nodes";
import type { Diagnostic } from "../source/diagnostic";
import { RaspError, type RaspErrorKind } from "../source/raspError";
import type { Atom } from "../values/atom";
import { atomKey } from "../values/compare";
import { atomText } from "../values/show";
import { shownValues, valueSets, type TracrSettings } from "./bases";
import type { TracrRun } from "./run";

/** Tokens that a compiled model adds to the vocabulary: the one before every input, and the one behind it. */
export const reservedTokens = ["compiler_bos", "compiler_pad"] as const;

/** What is validated. */
export interface Validation {
  readonly root: SOp;
  readonly run: TracrRun;
  readonly settings: TracrSettings;
  readonly budget: Budget;
  readonly causal?: boolean;
  /** An input to check too; without one, only what holds for all inputs is. */
  readonly tokens?: readonly Atom[];
}

/** Errors keep the program from being compiled; warnings say where the compiled model would differ. */
export function validateTracr(validation: Validation): readonly Diagnostic[] {
  const { root, run } = validation;
  const found = [...checkTokens(validation)];
  const nodes = reachable([root]);
  if (!nodes.some((node) => node.kind === "input")) {
    found.push(
      remark(
        root,
        "unsupported",
        "The result does not depend on tokens.",
        "A compiled model reads its tokens.",
      ),
    );
  }
  for (const node of nodes) {
    const why = unsupported(node, run);
    if (why !== null) found.push(remark(node, "unsupported", ...why));
  }
  if (found.length > 0) return found;
  try {
    valueSets(root, run, validation.settings, validation.budget);
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
    return [remark({ range: error.range ?? root.range }, error.code, error.message, error.next)];
  }
  return averagedCategories(validation, nodes);
}

function remark(
  { range }: Pick<RaspNode, "range">,
  code: RaspErrorKind,
  message: string,
  next?: string,
): Diagnostic {
  return { severity: "error", code, message, range: range ?? { start: 0, end: 0 }, next };
}

function checkTokens({ root, settings, tokens = [] }: Validation): Diagnostic[] {
  const { vocab, maxSeqLen } = settings;
  const found: Diagnostic[] = [];
  const keys = new Set(vocab.map(atomKey));
  for (const token of reservedTokens) {
    if (keys.has(atomKey(token))) {
      found.push(
        remark(root, "reserved-token", `${token} is a token of its own in compiled models.`, "Rename it."),
      );
    }
  }
  const stranger = tokens.find((token) => !keys.has(atomKey(token)));
  if (stranger !== undefined) {
    const message = `The token ${atomText(stranger)} is not in the vocabulary (${shownValues(vocab)}).`;
    found.push(remark(root, "vocabulary", message));
  }
  if (tokens.length > maxSeqLen) {
    const message = `The input has ${tokens.length} tokens; the maximal length is ${maxSeqLen}.`;
    found.push(remark(root, "sequence-length", message));
  }
  return found;
}

type Reason = readonly [message: string, next?: string];

function unsupported(node: RaspNode, run: TracrRun): Reason | null {
  const numerical = (sop: SOp): boolean => run.encodingOf(sop) === "numerical";
  switch (node.kind) {
    case "input":
    case "indices":
      return numerical(node)
        ? [
            `${node.kind === "input" ? "tokens" : "indices"} are always categorical.`,
            "Write numerical(Map(lambda x: x, …)).",
          ]
        : null;
    case "select":
      if (numerical(node.key)) return ["The keys of Select must be categorical.", convert("categorical")];
      return numerical(node.query)
        ? ["The queries of Select must be categorical.", convert("categorical")]
        : null;
    case "and":
    case "or":
    case "not":
      return [
        "This selector is made of others with different keys or queries, which one head cannot hold.",
        "Put both questions into one predicate, or combine the keys with SequenceMap.",
      ];
    case "aggregate":
      return aggregateReason(node, run);
    case "map":
      return node.operands.length === 2 ? pairReason(node.operands, node, run) : null;
    default:
      return null;
  }
}

function convert(encoding: string): string {
  return `Convert it: ${encoding}(Map(lambda x: x, s)).`;
}

function aggregateReason(node: AggregateNode, run: TracrRun): Reason | null {
  if (node.value === null) return null;
  const [inside, outside] = [run.encodingOf(node.value), run.encodingOf(node)];
  if (inside !== outside) {
    return [
      `Aggregate keeps the encoding of its values: they are ${inside}, but the result is declared ${outside}.`,
      `Convert before: Aggregate(…, ${outside}(Map(lambda x: x, s))).`,
    ];
  }
  if (outside === "categorical" && node.default !== null) {
    return ["A categorical aggregate has no default but None.", "Leave the default out."];
  }
  if (outside === "numerical" && atomKey(node.default) !== atomKey(0)) {
    return ["A numerical aggregate has no default but 0.", "Write default=0."];
  }
  return null;
}

function pairReason(operands: readonly SOp[], node: SOp, run: TracrRun): Reason | null {
  const encodings = [...operands, node].map((sop) => run.encodingOf(sop));
  if (run.kinds.get(node.id) === "linear-sequence-map") {
    return encodings.includes("categorical")
      ? ["LinearSequenceMap takes numerical s-ops and is numerical itself.", convert("numerical")]
      : null;
  }
  return encodings.includes("numerical")
    ? [
        "A function of two s-ops takes categorical ones and is categorical itself.",
        "Convert with categorical(Map(lambda x: x, s)), or use LinearSequenceMap.",
      ]
    : null;
}

/** A compiled model picks one of several categories silently where the interpreter averages them. */
function averagedCategories(
  { run, tokens, causal, budget }: Validation,
  nodes: readonly RaspNode[],
): Diagnostic[] {
  if (tokens === undefined) return [];
  const evaluator = new Evaluator({ tokens, causal: causal ?? false, budget });
  return nodes.flatMap((node): Diagnostic[] => {
    if (isSelector(node) || node.kind !== "aggregate" || node.value === null) return [];
    if (run.encodingOf(node) !== "categorical" || !averages(node, evaluator)) return [];
    const message =
      "Several different values are selected here at once; a compiled model would take one of them instead of their mean.";
    return [
      {
        severity: "warning",
        code: "averaged-categories",
        message,
        range: node.range ?? { start: 0, end: 0 },
        next: "Select one position, or aggregate numerically.",
      },
    ];
  });
}

function averages(node: AggregateNode, evaluator: Evaluator): boolean {
  try {
    const { cells, rows, columns } = evaluator.selector(node.selector);
    const values = evaluator.sop(node.value as SOp);
    for (let row = 0; row < rows; row++) {
      const picked = new Set<string>();
      for (let i = 0; i < columns; i++) if (cells[row * columns + i] !== 0) picked.add(atomKey(values[i]));
      if (picked.size > 1) return true;
    }
    return false;
  } catch (error) {
    // What cannot be evaluated is reported by evaluating.
    if (error instanceof RaspError) return false;
    throw error;
  }
}
