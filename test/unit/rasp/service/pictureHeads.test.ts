import assert from "node:assert/strict";
import { Evaluator } from "../../../../src/rasp/ir/evaluate";
import { Graph } from "../../../../src/rasp/ir/graph";
import type { Selector } from "../../../../src/rasp/ir/nodes";
import { mean, sum } from "../../../../src/rasp/ir/reducers";
import { pictureOf } from "../../../../src/rasp/service/picture";
import type { Comparison } from "../../../../src/rasp/values/compare";
import type { Atom } from "../../../../src/rasp/values/atom";

function setUp(tokens: readonly Atom[] = [1, 2, 2], causal = false) {
  const graph = new Graph();
  const input = graph.input("asis");
  const select = (sign: Comparison): Selector =>
    graph.select({ key: input, query: input, predicate: { kind: "comparison", sign } });
  const aggregate = (selector: Selector) =>
    graph.aggregate({ selector, value: input, reducer: sum, default: 0 });
  const steps = (root: Parameters<typeof pictureOf>[0]) =>
    pictureOf(root, new Map(), new Evaluator({ tokens, causal }), { first: 0, most: 64 }).steps;
  return { graph, input, select, aggregate, steps };
}

describe("heads and combinations of a picture's steps", () => {
  it("give steps of equal selectors in a layer one head, others their own", () => {
    const { graph, input, select, steps } = setUp();
    const plus = { name: "+", key: "+", apply: ([a, b]: readonly Atom[]) => Number(a) + Number(b) };
    const of = (selector: Selector, empty: number) =>
      graph.aggregate({ selector, value: input, reducer: sum, default: empty });
    const [first, second, other] = [of(select("=="), 0), of(select("=="), 1), of(select("<"), 0)];
    const root = graph.map(plus, [graph.map(plus, [first, second]), other]);
    const heads = steps(root).map(({ kind, head }) => [kind, head]);
    assert.deepEqual(heads, [
      ["attention", 0],
      ["attention", 0],
      ["attention", 1],
      ["elementwise", null],
    ]);
  });

  it("say how comparisons are combined, by letters in order of their making", () => {
    const { graph, select, aggregate, steps } = setUp();
    const [a, b, c] = [select("=="), select("<"), select(">")];
    const cases = [
      [a, null],
      [graph.not(a), "not a"],
      [graph.combine("and", a, b), "a and b"],
      [graph.combine("or", graph.not(graph.combine("and", a, b)), c), "not (a and b) or c"],
    ] as const;
    for (const [selector, words] of cases)
      assert.equal(steps(aggregate(selector)).at(-1)!.combination, words);
  });

  it("end for selectors that share their parts, however often", () => {
    const { graph, select, aggregate, steps } = setUp();
    let selector = select("==");
    for (let i = 0; i < 60; i++) selector = graph.combine("or", selector, selector);
    const [step] = steps(aggregate(selector));
    assert.equal(step!.comparisons.length, 1);
    assert.match(step!.combination!, /…/);
  });

  it("say that no later key is seen where the selector or the whole run is causal", () => {
    const causal = (one: ReturnType<typeof setUp>): boolean =>
      one.steps(one.aggregate(one.select("==")))[0]!.comparisons[0]!.causal;
    assert.equal(causal(setUp()), false);
    assert.equal(causal(setUp([1, 2], true)), true);
  });

  it("call a row of ints and floats one of floats, as a mean of one value stays an int", () => {
    const { graph, input, select, steps } = setUp([1, 2, 2]);
    const means = graph.aggregate({ selector: select("=="), value: input, reducer: mean, default: 0 });
    const { cells, type } = steps(means)[0]!.result!;
    assert.deepEqual([cells, type], [["1", "2.0", "2.0"], "float"]);
  });
});
