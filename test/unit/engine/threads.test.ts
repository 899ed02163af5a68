import assert from "node:assert/strict";
import { countCores, threadCount } from "../../../src/engine/threads";

const processor = (socket: number, core: number): string =>
  `processor\t: 0\nphysical id\t: ${socket}\ncore id\t\t: ${core}\n`;

describe("threads", () => {
  const cases: [string, string, number][] = [
    ["two cores with two threads each", [0, 1, 0, 1].map((core) => processor(0, core)).join("\n"), 2],
    ["two sockets", [processor(0, 0), processor(1, 0)].join("\n"), 2],
    ["a machine that does not say", "processor : 0\nmodel name : x\n", 0],
    ["nothing", "", 0],
  ];
  for (const [what, text, cores] of cases) {
    it(`counts the cores of ${what}`, () => assert.equal(countCores(text), cores));
  }

  it("uses at least one thread and at most eight", () => {
    assert.ok(threadCount() >= 1 && threadCount() <= 8);
  });
});
