import assert from "node:assert/strict";
import { seededRandom } from "../../../../src/base/random";
import { Budget } from "../../../../src/rasp/ir/budget";
import { Evaluator } from "../../../../src/rasp/ir/evaluate";
import type { Dialect, RaspValue } from "../../../../src/rasp/program";
import { programInput } from "../../../../src/rasp/embedded/settings";
import { parsePython } from "../../../../src/rasp/python/syntax/parse";
import { raspL } from "../../../../src/rasp/raspL/raspL";
import { raspy } from "../../../../src/rasp/raspy/raspy";
import { RaspError } from "../../../../src/rasp/source/raspError";
import type { Atom } from "../../../../src/rasp/values/atom";
import { tracr } from "../../../../src/rasp/tracr/tracr";
import { oracleIt } from "../../../support/oracle";
import { conformanceCases, conformanceFile } from "../../../support/conformance";
import { mutatedText } from "../../../support/raspMutations";

const limits = { steps: 3000, cells: 1 << 16, work: 1 << 17, depth: 100 };

const dialects: [Dialect, unknown][] = [
  [raspy, "hello"],
  [raspL, { x: [1, 2, 1], y: [1, 1, 2], b: [1, 0, 1] }],
  [tracr, ["a", "b", "a"]],
];

/** Everything a text goes through; throws where something does that must not. */
function exercise(dialect: Dialect, text: string, input: unknown): void {
  const given = programInput(input);
  const { result, errors } = dialect.execute(text, { input: given, budget: new Budget(limits) });
  for (const { range } of errors) assert.ok(range !== null && range.start >= 0 && range.end <= text.length);
  if (result !== null) evaluated(result, given.kind === "tokens" ? given.tokens : []);
  for (const { range } of dialect.names(text)) assert.ok(text.slice(range.start, range.end).length > 0);
  for (const { range } of dialect.check(text))
    assert.ok(range.start <= range.end && range.end <= text.length);
  const formatted = dialect.format(text);
  if (formatted !== null) {
    assert.equal(dialect.format(formatted), formatted, "formatting twice changes something");
    assert.deepEqual(shape(parsePython(formatted).statements), shape(parsePython(text).statements));
  }
}

function evaluated(value: RaspValue, tokens: readonly Atom[]): void {
  try {
    const evaluator = new Evaluator({ tokens, variables: new Map(), budget: new Budget(limits) });
    if (value.kind === "sop") evaluator.sop(value.node);
    if (value.kind === "selector") evaluator.selector(value.node);
  } catch (error) {
    if (!(error instanceof RaspError)) throw error;
  }
}

/** A tree without its places, and without the brackets and spaces that layout may change. */
function shape(statements: unknown): unknown {
  return JSON.parse(
    JSON.stringify(statements, (key, value: unknown) => {
      if (key === "range" || key.endsWith("Range")) return undefined;
      if (typeof value === "bigint") return String(value);
      return value;
    }),
  );
}

describe("embedded dialects: fuzz", () => {
  oracleIt("10,000 harmed programs are read, run and laid out without a crash", conformanceFile, function () {
    this.timeout(240_000);
    const random = seededRandom(20_261_128);
    const programs = dialects.map(([dialect]) => conformanceCases(dialect.name).map((one) => one.program));
    for (let i = 0; i < 10_000; i++) {
      const which = i % dialects.length;
      const [dialect, input] = dialects[which];
      const text = mutatedText(programs[which][Math.floor(random() * programs[which].length)], random);
      try {
        exercise(dialect, text, input);
      } catch (error) {
        assert.fail(`${dialect.name}, ${JSON.stringify(text)}: ${(error as Error).stack}`);
      }
    }
  });

  oracleIt("every case's program is the same tree after layout", conformanceFile, () => {
    for (const [dialect] of dialects) {
      for (const { id, program } of conformanceCases(dialect.name)) {
        const formatted = dialect.format(program);
        assert.ok(formatted !== null, id);
        assert.equal(dialect.format(formatted), formatted, id);
        assert.deepEqual(
          shape(parsePython(formatted).statements),
          shape(parsePython(program).statements),
          id,
        );
      }
    }
  });
});
