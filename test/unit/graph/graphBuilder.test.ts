import assert from "node:assert/strict";
import { GraphBuilder, locateWeight, rowsOf, type WeightTable } from "../../../src/graph/graphBuilder";

const table: WeightTable = new Map([
  ["w", { shape: [6, 5], file: "model.safetensors", offset: 1000, length: 120 }],
  ["b", { shape: [6], file: "model.safetensors", offset: 200, length: 24 }],
  ["odd[0:2]", { shape: [9], file: "other", offset: 0, length: 36 }],
]);

describe("weights of a graph", () => {
  const found: [what: string, name: string, shape: number[], offset: number, length: number][] = [
    ["a whole tensor lies where the file has it", "w", [6, 5], 1000, 120],
    ["rows of a matrix are a range of its bytes", rowsOf("w", 2, 5), [3, 5], 1040, 60],
    ["all rows are the whole of it", rowsOf("w", 0, 6), [6, 5], 1000, 120],
    ["entries of a vector are too", rowsOf("b", 4, 6), [2], 216, 8],
    ["a tensor that is named like rows is itself", "odd[0:2]", [9], 0, 36],
  ];
  for (const [what, name, shape, offset, length] of found) {
    it(what, () => {
      const at = locateWeight(table, name);
      assert.deepEqual([at.shape, at.offset, at.length], [shape, offset, length]);
      const graph = new GraphBuilder("g", table);
      graph.weight(name);
      const [initializer] = graph.build().initializers;
      const source = { kind: "external", file: at.file, offset, length };
      assert.deepEqual([initializer?.shape, initializer?.source], [shape, source]);
    });
  }

  for (const name of ["v", rowsOf("v", 0, 1), "w[0:", "w[a:b]"]) {
    it(`${name} is missed by its name`, () =>
      assert.throws(() => locateWeight(table, name), { code: "missing-tensor", details: { name } }));
  }
});
