/** The operators of selectors, the same in the languages that have objects for them. */
import type { Selector } from "../ir/nodes";
import type { PyValue } from "../python/run/values";
import { nameOfValue } from "../python/run/values";
import type { BinarySign } from "../python/syntax/tree";
import { RaspError } from "../source/raspError";
import type { Embedding } from "./embedding";
import { SelectorObject } from "./objects";

/** A selector that `&`, `|` and `~` make others of. */
export abstract class OperableSelector extends SelectorObject {
  constructor(
    readonly embedding: Embedding,
    node: Selector,
  ) {
    super(node);
  }

  /** Both or either. */
  protected abstract combined(kind: "and" | "or", other: OperableSelector): PyValue;

  /** The opposite. */
  protected abstract complement(): PyValue;

  override binary(sign: BinarySign, other: PyValue): PyValue | undefined {
    if (sign !== "&" && sign !== "|") return undefined;
    if (other instanceof OperableSelector) return this.combined(sign === "&" ? "and" : "or", other);
    throw new RaspError(
      "type",
      `${sign} combines two selectors; on the other side is ${nameOfValue(other)}.`,
      null,
      "Comparisons bind less than & and |: write brackets around each of them.",
    );
  }

  override unary(sign: "-" | "+" | "~"): PyValue | undefined {
    return sign === "~" ? this.complement() : undefined;
  }

  override truth(): boolean {
    this.embedding.remark({
      code: "truth-of-selector",
      message: "Python's and, or, not and if do not look into a selector: it always counts as true.",
      next: "Combine selectors with & and |, with brackets around each.",
    });
    return true;
  }
}
