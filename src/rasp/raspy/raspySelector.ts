/** RASPy's keys, queries and selectors. */
import type { Embedding } from "../embedded/embedding";
import { AppliedMatrix } from "../embedded/objects";
import { OperableSelector } from "../embedded/selectorOperators";
import { Evaluator } from "../ir/evaluate";
import type { Selector, SOp } from "../ir/nodes";
import { sum } from "../ir/reducers";
import { matched, signature } from "../python/run/arguments";
import {
  PyBuiltin,
  PyObject,
  asAtom,
  nameOfValue,
  type CallArguments,
  type PyValue,
} from "../python/run/values";
import type { BinarySign } from "../python/syntax/tree";
import { RaspError } from "../source/raspError";
import type { Comparison } from "../values/compare";
import { RaspySOp, tokensOf, wrap } from "./raspySOp";

/** A key or a query: an s-op on one side of a selector. */
export class RaspySide extends PyObject {
  readonly typeName: string;

  constructor(
    readonly embedding: Embedding,
    readonly side: "key" | "query",
    readonly sop: RaspySOp,
  ) {
    super();
    this.typeName = side === "key" ? "a key" : "a query";
  }

  override compare(sign: Comparison, other: PyValue): PyValue | undefined {
    if (!(other instanceof RaspySide)) {
      this.embedding.remark({
        code: "key-without-query",
        severity: "error",
        message: `A selector needs a key and a query; here is only ${this.typeName}.`,
        next: this.side === "key" ? "Write query(…) around the right side." : "Write key(…) on the left.",
      });
      throw new RaspError(
        "type",
        `${this.side === "key" ? "A key" : "A query"} is compared with a ${this.side === "key" ? "query" : "key"}, not with ${nameOfValue(other)}.`,
        null,
        this.side === "key"
          ? "Write query(…) around the right side."
          : "Write key(…) on the left and query(…) on the right.",
      );
    }
    if (this.side === "query") {
      throw new RaspError(
        "type",
        "The key stands on the left of the comparison and the query on the right.",
        null,
        "Exchange the two sides, and mirror the sign.",
      );
    }
    if (other.side === "key") {
      this.embedding.remark({
        code: "key-against-key",
        message: "A key is compared with a key here; RASPy takes the right one as the query.",
        next: "Write query(…) on the right.",
      });
    }
    const { embedding } = this;
    const predicate = { kind: "comparison", sign } as const;
    const parts = { key: this.sop.node, query: other.sop.node, predicate };
    return new RaspySelector(
      embedding,
      embedding.make(() => embedding.graph.select(parts)),
    );
  }

  override binary(sign: BinarySign): PyValue | undefined {
    throw new RaspError(
      "type",
      `${this.side === "key" ? "Keys" : "Queries"} are compared with one another and nothing else; they have no ${sign}.`,
      null,
      `Compute inside the brackets: ${this.side}(s ${sign} …).`,
    );
  }
}

/** A selector. */
export class RaspySelector extends OperableSelector {
  protected override combined(kind: "and" | "or", other: OperableSelector): RaspySelector {
    return this.made(() => this.embedding.graph.combine(kind, this.node, other.node));
  }

  protected override complement(): RaspySelector {
    this.embedding.remark({
      code: "bitwise-not",
      message: "~ on a selector is read as its complement; in RASPy itself it would select everything.",
      next: "Write the opposite comparison: != instead of ==, >= instead of <.",
    });
    return this.made(() => this.embedding.graph.not(this.node));
  }

  override call(args: CallArguments): PyValue {
    const [input] = matched(signature("input(sequence)"), args);
    return this.applied(input as PyValue);
  }

  override attribute(name: string): PyValue | undefined {
    if (name === "value") {
      const shape = signature("value(values, default?)");
      return new PyBuiltin(name, (args) => {
        const [values, missing] = matched(shape, args);
        return aggregated(this, values as PyValue, missing);
      });
    }
    if (name === "width") return new PyBuiltin(name, () => aggregated(this, 1, undefined));
    if (name !== "input") return undefined;
    return new PyBuiltin(name, (args) =>
      this.applied(matched(signature("input(sequence)"), args)[0] as PyValue),
    );
  }

  private made(work: () => Selector): RaspySelector {
    return new RaspySelector(this.embedding, this.embedding.make(work));
  }

  private applied(input: PyValue): AppliedMatrix {
    const tokens = tokensOf(this.embedding, input);
    const evaluator = new Evaluator({ tokens, budget: this.embedding.interpreter.budget });
    return new AppliedMatrix(evaluator.selector(this.node), { node: this.node, tokens });
  }
}

/** A head: for each query the sum of the selected values, a single one as it is. */
export function aggregated(selector: PyValue, values: PyValue, missing: PyValue | undefined): RaspySOp {
  if (!(selector instanceof RaspySelector)) {
    throw new RaspError("type", `aggregate takes a selector, not ${nameOfValue(selector)}.`);
  }
  const { embedding, node } = selector;
  const value: SOp = wrap(embedding, values).node;
  const empty = asAtom(missing === undefined ? 0 : missing);
  if (empty === undefined) {
    throw new RaspError("type", `The default is one value, not ${nameOfValue(missing as PyValue)}.`);
  }
  const parts = { selector: node, value, reducer: sum, default: empty };
  return new RaspySOp(
    embedding,
    embedding.make(() => embedding.graph.aggregate(parts)),
  );
}
