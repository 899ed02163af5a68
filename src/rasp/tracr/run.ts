/** What one run of a Tracr program keeps beside the graph: encodings, factors, how nodes were made. */
import type { Embedding } from "../embedded/embedding";
import type { ElementwiseFunction, Predicate, RaspNode, SOp, Selector } from "../ir/nodes";
import { AppliedMatrix, AppliedSequence } from "../embedded/objects";
import { Evaluator } from "../ir/evaluate";
import type { Atom } from "../values/atom";

/** How a compiled model would hold an s-op: one direction for each value, or one for the number. */
export type Encoding = "categorical" | "numerical";

/** What Tracr calls an s-op that is none of the intermediate form's own kinds. */
export type TracrKind = "length" | "sequence-map" | "linear-sequence-map" | "selector-width";

/** One run. */
export class TracrRun {
  /** Nodes that were declared numerical or categorical; others are categorical. */
  private readonly encodings = new Map<number, Encoding>();
  /** What a linear map multiplies its two operands by. */
  readonly factors = new Map<number, readonly [Atom, Atom]>();
  readonly kinds = new Map<number, TracrKind>();

  constructor(readonly embedding: Embedding) {}

  encodingOf(node: SOp): Encoding {
    return this.encodings.get(node.id) ?? "categorical";
  }

  /** Changes the s-op itself, as Tracr's annotations do: all who use it see it. */
  declare(node: SOp, encoding: Encoding): void {
    this.encodings.set(node.id, encoding);
  }

  /** A node where the program is now. */
  make<T extends RaspNode>(work: () => T, kind?: TracrKind): T {
    const node = this.embedding.make(work);
    if (kind !== undefined) this.kinds.set(node.id, kind);
    return node;
  }

  map(func: ElementwiseFunction, operands: readonly SOp[], kind?: TracrKind): SOp {
    return this.make(() => this.embedding.graph.map(passingNone(func), operands), kind);
  }

  select(key: SOp, query: SOp, predicate: Predicate): Selector {
    return this.make(() => this.embedding.graph.select({ key, query, predicate }));
  }

  applied(node: SOp, tokens: readonly Atom[]): AppliedSequence {
    const evaluator = new Evaluator({ tokens, budget: this.embedding.interpreter.budget });
    return new AppliedSequence(evaluator.sop(node), { node, tokens });
  }

  appliedSelector(node: Selector, tokens: readonly Atom[]): AppliedMatrix {
    const evaluator = new Evaluator({ tokens, budget: this.embedding.interpreter.budget });
    return new AppliedMatrix(evaluator.selector(node), { node, tokens });
  }
}

/** None stays None, whatever the function. */
function passingNone(func: ElementwiseFunction): ElementwiseFunction {
  return {
    ...func,
    apply: (operands, budget) => (operands.includes(null) ? null : func.apply(operands, budget)),
  };
}
