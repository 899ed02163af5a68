/** Names and encodings that a Tracr program gives to its expressions. */
import type { RaspNode } from "../ir/nodes";
import { isSelector } from "../ir/nodes";
import { AppliedSequence } from "../embedded/objects";
import {
  PyList,
  asAtom,
  capital,
  fromAtom,
  isScalar,
  nameOfValue,
  type CallArguments,
  type PyValue,
} from "../python/run/values";
import { RaspError } from "../source/raspError";
import type { Atom } from "../values/atom";
import type { TracrRun } from "./run";

/** A call of `.named(…)` or `.annotated(…)`. */
export interface Annotation {
  readonly self: PyValue;
  readonly node: RaspNode;
  readonly name: "named" | "annotated";
  readonly args: CallArguments;
}

/** Notes what is said of the expression, and gives it back. */
export function annotated(run: TracrRun, { self, node, name, args }: Annotation): PyValue {
  const label = name === "named" ? args.positional[0] : args.named.get("name");
  if (typeof label === "string") run.embedding.labels.set(node.id, label);
  else if (name === "named") throw new RaspError("arguments", "named takes a string.");
  const encoding = args.named.get("encoding");
  if (encoding !== undefined) {
    const isKnown = encoding === "numerical" || encoding === "categorical";
    if (!isKnown || isSelector(node)) {
      throw new RaspError(
        "arguments",
        "An encoding is Encoding.NUMERICAL or Encoding.CATEGORICAL, of an s-op.",
      );
    }
    run.declare(node, encoding);
  }
  return self;
}

/**
 * An input: a string gives its characters.
 * @throws {RaspError} "type" for anything but a sequence
 */
export function inputOf(run: TracrRun, value: PyValue): Atom[] {
  if (isScalar(value) && typeof value !== "string") {
    throw new RaspError("type", `An input is a string or a list, not ${nameOfValue(value)}.`);
  }
  const source = value instanceof AppliedSequence ? new PyList(value.values.map(fromAtom)) : value;
  return run.embedding.interpreter.all(source).map((item) => {
    const atom = asAtom(item);
    if (atom === undefined) throw new RaspError("type", `${capital(nameOfValue(item))} cannot be a token.`);
    return atom;
  });
}
