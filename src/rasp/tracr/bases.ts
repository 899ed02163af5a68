/** Which values each s-op of a Tracr program may take: found by trying all of them. */
import type { Budget } from "../ir/budget";
import { isSelector, reachable, type AggregateNode, type MapNode, type SOp } from "../ir/nodes";
import { RaspError } from "../source/raspError";
import { asNumber, isNumeric, type Atom } from "../values/atom";
import { arithmetic } from "../values/arithmetic";
import { atomKey } from "../values/compare";
import { atomText } from "../values/show";
import type { TracrRun } from "./run";

/** What a program is compiled for. */
export interface TracrSettings {
  readonly vocab: readonly Atom[];
  readonly maxSeqLen: number;
}

/** The values of each s-op by its id; None is left out, and what fails by arithmetic. */
export type ValueSets = ReadonlyMap<number, readonly Atom[]>;

/** More pairs than this are not tried. */
const MAX_PAIRS = 1 << 20;

/**
 * The value sets of an s-op and all it is made of.
 * @throws {RaspError} "unsupported" where values cannot be told or a compiled model could not hold them,
 *   "limit" where there are too many
 */
export function valueSets(root: SOp, run: TracrRun, settings: TracrSettings, budget: Budget): ValueSets {
  const sets = new Map<number, readonly Atom[]>();
  for (const node of reachable([root])) {
    if (isSelector(node)) continue;
    try {
      sets.set(node.id, distinct(valuesOf(node, { sets, run, settings, budget })));
    } catch (error) {
      throw error instanceof RaspError && node.range !== null ? error.at(node.range) : error;
    }
  }
  return sets;
}

interface Inference {
  readonly sets: ValueSets;
  readonly run: TracrRun;
  readonly settings: TracrSettings;
  readonly budget: Budget;
}

function valuesOf(node: SOp, inference: Inference): readonly Atom[] {
  const { settings } = inference;
  switch (node.kind) {
    case "input":
      return settings.vocab;
    case "indices":
      return Array.from({ length: settings.maxSeqLen }, (_, i) => i);
    case "constant":
      return [node.value];
    case "map":
      return images(node, inference);
    case "aggregate":
      return aggregateValues(node, inference);
    default:
      throw new RaspError(
        "unsupported",
        "A sequence that is written out has no place in a compiled model.",
        null,
        "It is for trying the interpreter alone.",
      );
  }
}

function images(node: MapNode, { sets, budget }: Inference): Atom[] {
  const domains = node.operands.map((operand) => sets.get(operand.id) as readonly Atom[]);
  const pairs = domains.reduce((total, domain) => total * domain.length, 1);
  if (pairs > MAX_PAIRS) {
    throw new RaspError(
      "limit",
      `This function would have to be tried on ${pairs.toLocaleString("en")} combinations of values.`,
      null,
      "Take a smaller vocabulary or a smaller maximal length.",
    );
  }
  budget.compute(pairs);
  const found: Atom[] = [];
  const tryAll = (operands: readonly Atom[]): void => {
    const domain = domains[operands.length];
    if (domain !== undefined) for (const value of domain) tryAll([...operands, value]);
    else {
      const image = imageOf(node, operands, budget);
      if (image !== null) found.push(image);
    }
  };
  tryAll([]);
  return found;
}

/** Combinations that fail by arithmetic are taken for ones that do not occur. */
function imageOf(node: MapNode, operands: readonly Atom[], budget: Budget): Atom {
  try {
    return node.function.apply(operands, budget);
  } catch (error) {
    if (error instanceof RaspError && error.code === "arithmetic") return null;
    throw error;
  }
}

function aggregateValues(node: AggregateNode, { sets, run, settings }: Inference): readonly Atom[] {
  const { maxSeqLen } = settings;
  if (run.kinds.get(node.id) === "length") {
    throw new RaspError(
      "unsupported",
      "length is known to the interpreter alone.",
      null,
      "Write SelectorWidth(Select(tokens, tokens, TRUE)).",
    );
  }
  if (node.value === null) return Array.from({ length: maxSeqLen + 1 }, (_, i) => i);
  const values = sets.get(node.value.id) as readonly Atom[];
  if (run.encodingOf(node) === "categorical") return values;
  if (!isBinary(values)) {
    throw new RaspError(
      "unsupported",
      `A numerical aggregate averages 0 and 1 only; here the values are ${shownValues(values)}.`,
      null,
      "Aggregate one comparison for each value, or aggregate categorically.",
    );
  }
  return values.flatMap((value) =>
    Array.from({ length: maxSeqLen }, (_, i) => arithmetic("/", value, i + 1)),
  );
}

/** Exactly 0 and 1, as Tracr asks: a single one of them is not enough for it. */
function isBinary(values: readonly Atom[]): boolean {
  const whole = new Set(values.map((value) => (isNumeric(value) ? Math.trunc(asNumber(value)) : Number.NaN)));
  return whole.size === 2 && whole.has(0) && whole.has(1);
}

/** Some values for a message. */
export function shownValues(values: readonly Atom[]): string {
  const shown = values.slice(0, 6).map(atomText).join(", ");
  return values.length > 6 ? `${shown}, …` : shown;
}

function distinct(values: readonly Atom[]): Atom[] {
  const found = new Map<string, Atom>();
  for (const value of values)
    if (value !== null && !found.has(atomKey(value))) found.set(atomKey(value), value);
  return [...found.values()];
}
