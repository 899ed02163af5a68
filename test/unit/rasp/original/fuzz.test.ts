import assert from "node:assert/strict";
import { seededRandom } from "../../../../src/base/random";
import { original } from "../../../../src/rasp/original/dialect";
import { Budget } from "../../../../src/rasp/ir/budget";
import { parse } from "../../../../src/rasp/original/parser";
import { Repl } from "../../../../src/rasp/original/repl";
import { executionToJson } from "../../../../src/rasp/runCase";
import { conformanceCases } from "../../../support/conformance";
import { mutated } from "../../../support/raspMutate";
import { raspPrograms } from "../../../support/raspPrograms";
import { withoutPlaces } from "../../../support/raspTree";

const INPUTS = 10_000;
const programs = [...raspPrograms, ...conformanceCases("rasp").map(({ program }) => program)];
const limits = { steps: 20_000, cells: 1 << 20, work: 1 << 22, depth: 100 };
const input = { kind: "tokens", tokens: [..."hello"] } as const;

/** The text that made something fail, in the failure. */
function trying(text: string, work: () => void): void {
  try {
    work();
  } catch (error) {
    throw new Error(`on ${JSON.stringify(text)}`, { cause: error });
  }
}

describe("original RASP on damaged programs", function () {
  this.timeout(240_000);

  it(`reads, checks, names and formats ${INPUTS} of them without failing`, () => {
    const random = seededRandom(61);
    for (let i = 0; i < INPUTS; i++) {
      const text = mutated(programs[i % programs.length], random);
      trying(text, () => {
        const { statements, problems, broken } = parse(text);
        assert.ok(problems.length > 0 || broken.size === 0);
        let end = 0;
        for (const { range } of statements) {
          assert.ok(range.start >= end && range.end >= range.start && range.end <= text.length, "ranges");
          end = range.end;
        }
        for (const { range } of [...original.check(text), ...original.names(text)]) {
          assert.ok(range.start >= 0 && range.end >= range.start && range.end <= text.length, "ranges");
        }
        const formatted = original.format(text);
        assert.equal(formatted === null, problems.length > 0);
        if (formatted === null) return;
        assert.equal(original.format(formatted), formatted);
        assert.deepEqual(withoutPlaces(parse(formatted).statements), withoutPlaces(statements));
      });
    }
  });

  it(`runs ${INPUTS} of them within their budget, with no other error than its own`, () => {
    const random = seededRandom(62);
    for (let i = 0; i < INPUTS; i++) {
      const text = mutated(programs[i % programs.length], random);
      trying(text, () => {
        const execution = original.execute(text, { input, budget: new Budget(limits), load: () => text });
        executionToJson(execution, { dialect: "rasp", budget: new Budget(limits) });
        for (const { range } of execution.errors) {
          assert.ok(range !== null && range.start >= 0 && range.end <= text.length, "range");
        }
      });
    }
  });

  it("answers each of them in the REPL", () => {
    const random = seededRandom(63);
    const repl = new Repl({ budget: () => new Budget(limits) });
    for (let i = 0; i < INPUTS / 10; i++) {
      const text = mutated(programs[i % programs.length], random);
      trying(text, () => {
        for (const line of text.split("\n")) {
          const { output } = repl.feed(line);
          assert.ok(output === "" || output.endsWith("\n"));
        }
        repl.abandon();
      });
    }
  });
});
