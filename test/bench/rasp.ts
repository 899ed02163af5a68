/** Times RASP programs and prints JSON: the evaluator beside the naive one of the tests, and what a keystroke asks for. */
import { original } from "../../src/rasp/original/dialect";
import { Budget } from "../../src/rasp/ir/budget";
import { Evaluator } from "../../src/rasp/ir/evaluate";
import type { SOp } from "../../src/rasp/ir/nodes";
import { analyse } from "../../src/rasp/service/analyse";
import type { Atom } from "../../src/rasp/values/atom";
import { naiveAt } from "../support/naiveRasp";

const programs = {
  sort: "sort(tokens, tokens);",
  mostFrequent: `hist = selector_width(select(tokens, tokens, ==));
first = not has_focus(select(tokens, tokens, ==) and select(indices, indices, <));
sort(tokens if first else "·", -hist if first else 1);`,
};
const letters = [..."abcdefghijklmnopqrstuvwxyz"];

/** A text of letters in a fixed order without a pattern. */
function tokensOf(length: number): Atom[] {
  return Array.from({ length }, (_, i) => letters[(i * 7919 + Math.floor(i / 26) * 31) % 26]);
}

function nodeOf(program: string): SOp {
  const input = { kind: "tokens" as const, tokens: [..."hello"] };
  const { result } = original.execute(program, { input, budget: new Budget() });
  if (result?.kind !== "sop") throw new Error("no s-op");
  return result.node;
}

function median(samples: readonly number[]): number {
  return [...samples].sort((a, b) => a - b)[Math.floor(samples.length / 2)];
}

function timed(times: number, work: () => void): number {
  const samples: number[] = [];
  for (let i = 0; i < times; i++) {
    const started = performance.now();
    work();
    samples.push(performance.now() - started);
  }
  return median(samples);
}

/** The naive evaluator goes through every pair again for every value, so it is timed on few positions. */
const NAIVE_LENGTH = 12;

function evaluation(program: string): object {
  const node = nodeOf(program);
  const evaluate = (length: number) => () =>
    void new Evaluator({ tokens: tokensOf(length), typed: true }).sop(node);
  const naive = (): void => {
    const tokens = tokensOf(NAIVE_LENGTH);
    for (let i = 0; i < tokens.length; i++) naiveAt(node, i, { tokens, causal: false });
  };
  evaluate(100)();
  const [oursMs, naiveMs] = [timed(9, evaluate(NAIVE_LENGTH)), timed(3, naive)];
  return {
    tokens1000Ms: timed(5, evaluate(1000)),
    beside: { tokens: NAIVE_LENGTH, oursMs, naiveMs, ratio: oursMs / naiveMs },
  };
}

/** A program of 1,000 lines of which one changes. */
function keystroke(): object {
  const line = (i: number): string => `v${i} = ${i < 2 ? "indices" : `v${i - 1}`} + ${i % 7};`;
  const lines = Array.from({ length: 1000 }, (_, i) => line(i));
  const analyseWith = (turn: number): void => {
    lines[500] = `v500 = v499 + ${turn};`;
    const text = lines.join("\n");
    const { remarks } = analyse({ dialect: "rasp", text, folder: null, example: null }, () => null);
    if (remarks.some(({ severity }) => severity === "error")) throw new Error(remarks[0].message);
  };
  for (let turn = 0; turn < 3; turn++) analyseWith(turn);
  let turn = 0;
  return { lines: lines.length, analysisMs: timed(9, () => analyseWith(turn++)) };
}

const { sort, mostFrequent } = programs;
console.log(
  JSON.stringify({ sort: evaluation(sort), mostFrequent: evaluation(mostFrequent), keystroke: keystroke() }),
);
