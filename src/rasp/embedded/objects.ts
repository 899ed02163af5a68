/** The values that the front ends in Python share: what stands for a node of the intermediate form. */
import type { SOp, Selector } from "../ir/nodes";
import type { Application, RaspValue } from "../program";
import { PyObject, type PyValue } from "../python/run/values";
import type { BinarySign } from "../python/syntax/tree";
import { RaspError } from "../source/raspError";
import type { Comparison } from "../values/compare";
import type { Matrix } from "../ir/matrix";
import type { Sequence } from "../values/sequence";

/** Stands for an s-op; each dialect adds its operators. */
export abstract class SOpObject extends PyObject {
  readonly typeName: string = "an s-op";

  constructor(readonly node: SOp) {
    super();
  }
}

/** Stands for a selector. */
export abstract class SelectorObject extends PyObject {
  readonly typeName: string = "a selector";

  constructor(readonly node: Selector) {
    super();
  }
}

/** An s-op applied to an input: values, no longer a function of the input. */
export class AppliedSequence extends PyObject {
  readonly typeName = "an evaluated sequence";

  constructor(
    readonly values: Sequence,
    readonly of: Application,
  ) {
    super();
  }

  override attribute(name: string): PyValue | undefined {
    throw lateUse(`.${name}`);
  }

  override binary(sign: BinarySign): PyValue | undefined {
    throw lateUse(sign);
  }

  override compare(sign: Comparison): PyValue | undefined {
    throw lateUse(sign);
  }
}

function lateUse(what: string): RaspError {
  return new RaspError(
    "type",
    `This s-op was applied to an input; its values take no ${what}.`,
    null,
    "Compute first, and apply the result to the input at the end.",
  );
}

/** A selector applied to an input. */
export class AppliedMatrix extends PyObject {
  readonly typeName = "an evaluated selector";

  constructor(
    readonly matrix: Matrix,
    readonly of: Application,
  ) {
    super();
  }
}

/** What such an object is to the editor; null for others. */
export function raspValueOf(object: PyObject): RaspValue | null {
  if (object instanceof SOpObject) return { kind: "sop", node: object.node };
  if (object instanceof SelectorObject) return { kind: "selector", node: object.node };
  if (object instanceof AppliedSequence) return { kind: "sequence", values: object.values, of: object.of };
  return object instanceof AppliedMatrix ? { kind: "matrix", matrix: object.matrix, of: object.of } : null;
}
