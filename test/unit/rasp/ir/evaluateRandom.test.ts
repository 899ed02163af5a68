import assert from "node:assert/strict";
import { seededRandom } from "../../../../src/base/random";
import { Evaluator } from "../../../../src/rasp/ir/evaluate";
import { Graph } from "../../../../src/rasp/ir/graph";
import { isSelector, reachable, type Selector, type SOp } from "../../../../src/rasp/ir/nodes";
import * as reducers from "../../../../src/rasp/ir/reducers";
import { RaspError } from "../../../../src/rasp/source/raspError";
import { arithmetic } from "../../../../src/rasp/values/arithmetic";
import { Float, typeOf, type Atom } from "../../../../src/rasp/values/atom";
import { NaiveError, naiveAt, naiveSelects } from "../../../support/naiveRasp";

const PROGRAMS = 1500;
const signs = ["==", "!=", "<", "<=", ">", ">="] as const;
const allReducers = [
  reducers.mean,
  reducers.meanOrNone,
  reducers.sum,
  reducers.truncatedMean,
  reducers.largest,
  reducers.smallest,
  reducers.count,
];

/** A graph of a dozen random nodes; none stands more than four attention steps above the input. */
class RandomProgram {
  readonly sops: [SOp, number][];
  readonly selectors: [Selector, number][] = [];
  private readonly graph = new Graph();

  constructor(private readonly random: () => number) {
    const { graph } = this;
    const inputs = (["asis", "str", "int", "bool", "float"] as const).map((name) => graph.input(name));
    this.sops = [...inputs, graph.indices(), graph.constant(this.atom()), graph.constant(2)].map((node) => [
      node,
      0,
    ]);
    for (let i = 0; i < 12; i++) this.add();
  }

  private pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random() * items.length)];
  }

  private atom(): Atom {
    return this.pick<Atom>([0, 1, -3, 7, new Float(0.5), new Float(2), true, false, "a", "", "2"]);
  }

  private sop(below: number): [SOp, number] {
    return this.pick(this.sops.filter(([, height]) => height < below));
  }

  private add(): void {
    const { graph } = this;
    const choice = this.random();
    if (choice < 0.35 || this.selectors.length === 0) {
      const [[key, a], [query, b]] = [this.sop(3), this.sop(3)];
      const predicate = this.pick([
        ...signs.map((sign) => ({ kind: "comparison", sign }) as const),
        { kind: "always", value: this.random() < 0.5 } as const,
        { kind: "function", name: "types", test: (k: Atom, q: Atom) => typeOf(k) === typeOf(q) } as const,
      ]);
      const causal = this.random() < 0.3;
      this.selectors.push([graph.select({ key, query, predicate, causal }), Math.max(a, b)]);
    } else if (choice < 0.5) {
      const [[left, a], [right, b]] = [this.pick(this.selectors), this.pick(this.selectors)];
      const negated = this.random() < 0.3;
      const node = negated ? graph.not(left) : graph.combine(this.random() < 0.5 ? "and" : "or", left, right);
      this.selectors.push([node, Math.max(a, b)]);
    } else if (choice < 0.8) {
      const [selector, a] = this.pick(this.selectors);
      const [value, b] = this.sop(3);
      const parts = { selector, value, reducer: this.pick(allReducers), default: this.atom() };
      this.sops.push([graph.aggregate(parts), Math.max(a, b) + 1]);
    } else {
      const [[x, a], [y, b]] = [this.sop(4), this.sop(4)];
      const sign = this.pick(["+", "-", "*"] as const);
      const apply = ([p, q]: readonly Atom[]): Atom => arithmetic(sign, p, q);
      this.sops.push([graph.map({ name: sign, key: sign, apply }, [x, y]), Math.max(a, b)]);
    }
  }
}

/** A value that deepEqual compares by type and number, or that it failed. */
function attempt(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof RaspError || error instanceof NaiveError) return "failed";
    throw error;
  }
}

function shown(atom: Atom): string {
  const number = atom instanceof Float ? Number(atom.value.toPrecision(12)) : String(atom);
  return `${typeOf(atom)} ${number}`;
}

describe("evaluator on random programs", function () {
  this.timeout(120_000);

  it(`agrees with a naive one on ${PROGRAMS} of them, with every reducer, in values, types and failures`, () => {
    const random = seededRandom(8);
    const used = new Map<string, { values: number; failures: number }>();
    for (let run = 0; run < PROGRAMS; run++) {
      const program = new RandomProgram(random);
      const length = 1 + Math.floor(random() * 5);
      const letters = random() < 0.3 ? "01ab" : "0123";
      const tokens = Array.from({ length }, () => letters[Math.floor(random() * 4)]);
      const causal = random() < 0.3;
      const input = { tokens, causal };
      const roots = [...program.sops, ...program.selectors].map(([node]) => node);
      for (const node of roots) {
        const evaluator = new Evaluator({ tokens, causal });
        const fast = attempt(() =>
          isSelector(node)
            ? [...evaluator.selector(node).cells].join()
            : evaluator.sop(node).map(shown).join(),
        );
        // The evaluator computes all that a node is made of; so a failure below is a failure of the node.
        const naive = attempt(() => {
          let last = "";
          for (const each of reachable([node])) {
            const rows = tokens.map((_, i) =>
              isSelector(each)
                ? tokens.map((__, key) => Number(naiveSelects(each, i, key, input))).join()
                : shown(naiveAt(each, i, input)),
            );
            last = rows.join();
          }
          return last;
        });
        assert.equal(fast, naive, `program ${run}, tokens ${tokens.join("")}, node ${JSON.stringify(node)}`);
        if (node.kind !== "aggregate") continue;
        const counts = used.get(node.reducer.name) ?? { values: 0, failures: 0 };
        counts[fast === "failed" ? "failures" : "values"]++;
        used.set(node.reducer.name, counts);
      }
    }
    for (const { name } of allReducers)
      assert.ok((used.get(name)?.values ?? 0) > 50, `${name} was hardly used`);
    assert.ok((used.get("mean")?.failures ?? 0) > 20, "averages hardly failed");
  });
});
