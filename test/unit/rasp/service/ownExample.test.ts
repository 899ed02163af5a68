import assert from "node:assert/strict";
import { analyse } from "../../../../src/rasp/service/analyse";
import { ownExample, writtenExample } from "../../../../src/rasp/service/ownExample";
import type { DialectName } from "../../../../src/rasp/program";

/** Dialect, program, what is typed, and the program with it. */
const changes: readonly (readonly [DialectName, string, string, string])[] = [
  ["rasp", 'set example "hello"\ntokens;', '"ab"', 'set example "ab"\ntokens;'],
  ["rasp", 'set s-op example "a" # b\ntokens;', "[1, 2.5]", "set s-op example [1, 2.5] # b\ntokens;"],
  ["rasp", "set example [True, 1]\ntokens;", "[False, true]", "set example [False, True]\ntokens;"],
  ["rasp", 'set example "a"\nset example "b"\ntokens;', '"c"', 'set example "a"\nset example "c"\ntokens;'],
  [
    "raspy",
    '# A comment.\n#example: "hello"\ntokens',
    '["True", True]',
    '# A comment.\n#example: ["True", true]\ntokens',
  ],
  ["tracr", '# example: ["a"]\ntokens', '"ba"', '# example: "ba"\ntokens'],
  ["rasp-l", '# example: {"x": [1]}\nx', "[3, -1]", '# example: {"x": [3, -1]}\nx'],
  ["rasp-l", "# example: no JSON\nx", "[3]", '# example: {"x": [3]}\nx'],
];

describe("the example that a program sets itself", () => {
  for (const [dialect, program, typed, wanted] of changes) {
    it(`of ${dialect} becomes ${typed} where it is written`, () => {
      const at = ownExample(dialect, program) ?? assert.fail("it has a place");
      const changed = program.slice(0, at.start) + writtenExample(dialect, typed) + program.slice(at.end);
      assert.equal(changed, wanted);
      const { remarks, example } = analyse(
        { dialect, text: changed, folder: null, example: null },
        () => null,
      );
      assert.deepEqual(remarks, []);
      const given = analyse({ dialect, text: "", folder: null, example: typed }, () => null);
      assert.equal(example, given.example);
    });
  }

  it("has no place where a program sets none, or one for its selectors alone", () => {
    assert.equal(ownExample("rasp", 'set selector example "ab"\ntokens;'), null);
    assert.equal(ownExample("rasp", "tokens;"), null);
    assert.equal(ownExample("raspy", 'tokens # example: "ab"'), null);
  });

  it("is refused where the language cannot write it, with what it can", () => {
    for (const typed of ['"a\\"b"', "[1e-9]", "[null]", "{}", "hello"]) {
      assert.throws(() => writtenExample("rasp", typed), /example|input/, typed);
    }
  });
});
