import assert from "node:assert/strict";
import {
  badName,
  draftFrom,
  experimentFrom,
  experimentText,
  firstDraft,
  freeName,
  nameFor,
  remember,
  withoutSuffix,
} from "../../../../src/extension/steering/experimentDraft";
import { fromLine, toLine } from "../../../../src/extension/steering/lineText";
import { runSteps, type Step } from "../../../../src/extension/steering/steps";
import { parseExperiment } from "../../../../src/protocol/decodeExperiment";

describe("a dialogue in steps", () => {
  /** Answers: a letter is typed, "<" goes back, "x" leaves. */
  async function check(answers: string, expected: string | null): Promise<void> {
    const left = [...answers];
    const asked: string[] = [];
    const step: Step<string[]> = async (state, number, total) => {
      asked.push(`${number}/${total}`);
      const answer = left.shift();
      if (answer === "<") return { kind: "back" };
      if (answer === "x" || answer === undefined) return { kind: "leave" };
      return { kind: "next", state: state.map((old, i) => (i === number - 1 ? answer : old)) };
    };
    const end = await runSteps(["-", "-", "-"], [step, step, step]);
    assert.equal(end?.join("") ?? null, expected);
    assert.ok(asked.every((entry) => entry.endsWith("/3")));
  }

  const cases: [string, string, string | null][] = [
    ["goes through", "abc", "abc"],
    ["goes back and keeps the rest", "ab<Bc", "aBc"],
    ["goes back over two", "ab<<ABC", "ABC"],
    ["cannot go back before the first", "<<abc", "abc"],
    ["can be left at any step", "abx", null],
  ];
  for (const [name, answers, expected] of cases) it(name, () => check(answers, expected));
});

describe("texts in an input box", () => {
  for (const text of ["plain", "two\nlines", "tab\tand\r\n", "C:\\new\\table", "\\", "\\n", "", "🦊\n"]) {
    it(`${JSON.stringify(text)} comes back as it was`, () => {
      assert.equal(fromLine(toLine(text)), text);
      assert.doesNotMatch(toLine(text), /[\n\r\t]/);
    });
  }

  it("leaves a backslash before other letters alone", () => assert.equal(fromLine("\\d+"), "\\d+"));
});

describe("the first answers", () => {
  const context = { selections: [] as string[], line: "", nLayers: 4 };

  it("are the defaults, a third of the way up, without a text", () => {
    const draft = draftFrom(context);
    assert.deepEqual([draft.towards, draft.away], [firstDraft.towards, firstDraft.away]);
    assert.deepEqual([draft.layer, draft.strength], [1, 4]);
    assert.notEqual(draft.prompt.trim(), "");
  });

  it("take the line as the prompt, or better the selection", () => {
    assert.equal(draftFrom({ ...context, line: "The fox" }).prompt, "The fox");
    assert.equal(draftFrom({ ...context, line: "The fox", selections: ["the den"] }).prompt, "the den");
  });

  it("take two selections as the two texts, and a third as the prompt", () => {
    const { towards, away, prompt } = draftFrom({ ...context, selections: ["good", "bad", "So"] });
    assert.deepEqual([towards, away, prompt], ["good", "bad", "So"]);
    assert.equal(draftFrom({ ...context, line: "Line", selections: ["good", "bad"] }).prompt, "Line");
  });

  it("remember the depth as a share, so that it fits any model", () => {
    for (const nLayers of [1, 2, 4, 12, 32]) {
      const draft = draftFrom({ ...context, nLayers }, { ...firstDraft, depth: 1 });
      assert.equal(draft.layer, nLayers - 1);
      assert.equal(draftFrom({ ...context, nLayers }, remember(draft, nLayers)).layer, draft.layer);
    }
  });
});

describe("an experiment", () => {
  const draft = { ...draftFrom({ selections: [], line: "I saw", nLayers: 12 }), strength: 5 };
  const experiment = experimentFrom(draft, { path: "m", digest: "d" });

  it("adds the difference of the texts before the layer, at the prompt's front", () => {
    assert.deepEqual(experiment.edits, [
      {
        hook: "blocks.4.hook_resid_pre",
        op: "add",
        value: { text: draft.towards, minus: draft.away },
        scale: 5,
        positions: "prefill-front",
      },
    ]);
    assert.ok(experiment.controls.isotropic >= 20);
  });

  it("is read back from its file as it was written", () => {
    assert.deepEqual(parseExperiment(experimentText(experiment)), experiment);
  });

  it("writes lists of numbers on one line each, and nothing else", () => {
    const edit = { hook: "blocks.0.hook_resid_pre", op: "add", positions: [0, -1] } as const;
    const prompt = "[\n 1,\n 2\n]";
    const long = {
      ...experiment,
      prompt,
      edits: [{ ...edit, value: Array.from({ length: 300 }, (_, i) => i / 7) }],
    };
    const text = experimentText(long);
    assert.ok(text.split("\n").length < 40, `${text.split("\n").length} lines`);
    assert.deepEqual(JSON.parse(text), long);
  });
});

describe("the name of an experiment", () => {
  const proposals: [string, string, string][] = [
    ["Love", "Hate", "love-minus-hate"],
    ["I am happy!", "I am sad.", "i-am-happy-minus-i-am-sad"],
    ["Glück", "悲しい", "glück-minus-悲しい"],
    ["../../etc", "<script>", "etc-minus-script"],
    ["🦊", "…", "experiment"],
  ];
  for (const [towards, away, name] of proposals) {
    it(`from ${towards} and ${away} is ${name}, which a file can have`, () => {
      assert.equal(nameFor(towards, away), name);
      assert.equal(badName(name), null);
    });
  }

  it("is one that is not taken", () => {
    assert.equal(freeName("a", new Set()), "a");
    assert.equal(freeName("a", new Set(["a", "a-2"])), "a-3");
  });

  it("is understood with and without its ending", () => {
    for (const typed of ["a", " a ", "a.introspect.json", "a.json"]) assert.equal(withoutSuffix(typed), "a");
  });

  for (const name of ["a/b", "a\\b", "..", ".a", "a:b", "con", "a\u0000", "a\nb", 'a"b']) {
    it(`${JSON.stringify(name)} is none`, () => assert.notEqual(badName(name), null));
  }
});
