import assert from "node:assert/strict";
import { Evaluator } from "../../../../src/rasp/ir/evaluate";
import { Graph } from "../../../../src/rasp/ir/graph";
import { operandsOf, reachable, type RaspNode, type SOp } from "../../../../src/rasp/ir/nodes";

describe("nodes that others are made of", () => {
  const graph = new Graph();
  const next = { name: "next", key: "next", apply: ([a]: readonly unknown[]) => Number(a) + 1 };
  const base = graph.indices();
  const one = graph.map(next, [base]);
  const two = graph.map(next, [one]);
  const selector = graph.select({ key: two, query: base, predicate: { kind: "always", value: true } });

  it("come before them, once each", () => {
    const nodes = reachable([selector, two]);
    assert.deepEqual(nodes, [base, one, two, selector]);
    for (const node of nodes) for (const operand of operandsOf(node)) assert.ok(operand.id < node.id);
  });

  it("are left out where they are done, with all that only they are made of", () => {
    const done = (node: RaspNode): boolean => node === one;
    assert.deepEqual(reachable([two], done), [two]);
    assert.deepEqual(reachable([selector], done), [base, two, selector]);
    assert.deepEqual(reachable([one], done), []);
  });

  it("are computed once, though a long chain is asked for at each of its steps", () => {
    const evaluator = new Evaluator({ tokens: ["a"] });
    let node: SOp = base;
    let visits = 0;
    for (let i = 0; i < 3000; i++) {
      node = graph.map({ ...next, apply: (operands) => (visits++, next.apply(operands)) }, [node]);
      evaluator.sop(node);
    }
    assert.deepEqual(evaluator.sop(node), [3000]);
    assert.equal(visits, 3000);
  });
});
