/** The picture of a coloured text as a command and as Python. */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { tokenWindows } from "../../../../src/analysis/common/tokenWindows";
import { heatmapKinds, type HeatmapMeasure } from "../../../../src/protocol/heatmap";
import type { HeatmapPanelData } from "../../../../src/protocol/heatmapPanel";
import { figureCommand, figurePython } from "../../../../webview/shared/exports/recipes";
import type { FigureSource } from "../../../../webview/shared/exports/facts";
import { heatmapData } from "../../../panels/fixtures/heatmap";
import { model, sample } from "../../../panels/fixtures/text";

const file = "/w/it's/sentiment.json";
const measures: readonly (readonly [measure: HeatmapMeasure, word: string, reads: RegExp])[] = [
  [{ kind: "surprisal" }, "surprisal", /values\[i\] = -log_probs\[i - 1 - start, tokens\[0, i\]\]/],
  [{ kind: "rank" }, "rank", /1 \+ \(row > row\[tokens\[0, i\]\]\)\.sum\(\)/],
  [{ kind: "entropy" }, "entropy", /values\[i\] = entropy\[i - start\].*of the next token/s],
  [{ kind: "depth" }, "depth", /column\[depth - 1\] == column\[-1\]/],
  [{ kind: "neuron", layer: 2, neuron: 41 }, "neuron:2.41", /"blocks\.2\.mlp\.hook_post".*i - start, 41\]/s],
  [{ kind: "norm", hook: "hook_embed" }, "norm:hook_embed", /cache\[hook\]\[0, i - start\]\.norm\(\)/],
  [
    { kind: "direction", file, layers: [2, 3], centred: true },
    `direction:${file}@2-3`,
    /json\.load\(open\("\/w\/it's\/sentiment\.json".*layers = \[2,3\].*- threshold/s,
  ],
  [
    { kind: "attention", direction: "from", layer: 1, head: 3 },
    "attention-from:1.3@7",
    /cache\[hook\]\[0, head, chosen - start, i - start\]/,
  ],
  [
    { kind: "attention", direction: "to", layer: 1, head: 3 },
    "attention-to:1.3@7",
    /cache\[hook\]\[0, head, i - start, chosen - start\]/,
  ],
];

function source(change: Partial<HeatmapPanelData>, text: string | undefined = sample): FigureSource {
  const texts = text === undefined ? {} : { text };
  return {
    ...{ model, document: "fib.py", ran: "Surprisal, lines 2 to 4" },
    made: { version: "9.9.9", at: "2026-11-28T00:00:00Z", bos: "auto", texts, start: 0, range: null },
    shown: { panel: "heatmap", data: heatmapData(change) },
  };
}

const refusal = (change: Partial<HeatmapPanelData>): string => {
  try {
    figurePython("heatmap", source(change));
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
};

describe("the picture of a coloured text", () => {
  it("has a measure of each kind below", () => {
    assert.deepEqual([...new Set(measures.map(([{ kind }]) => kind))].sort(), [...heatmapKinds].sort());
  });

  for (const [measure, word, reads] of measures) {
    const name = `${measure.kind}${"direction" in measure ? ` ${measure.direction}` : ""}`;
    it(`is copied as the command of its measure and as Python that parses: ${name}`, () => {
      const shown = source({ measure, at: 7 });
      const command = figureCommand("heatmap", shown);
      assert.ok(command.startsWith(`introspect heatmap ${model.path} --text '`), command);
      assert.ok(
        command.replaceAll("'\\''", "'").includes(`--measure ${word.includes("'") ? `'${word}'` : word}`),
      );
      const script = figurePython("heatmap", shown);
      assert.match(script, reads);
      assert.match(script, /tokens = model\.to_tokens\("def fib.*", prepend_bos=True\)\nassert tokens/);
      execFileSync("python3", ["-c", "import ast, sys; ast.parse(sys.argv[1])", script]);
    });
  }

  it("is measured by Python in the windows of the analysis", () => {
    const ids = Array.from({ length: 29 }, (_, i) => i);
    for (const windowTokens of [3, 8, 29, 30]) {
      const script = figurePython("heatmap", source({ whole: { ids, bos: false, windowTokens } }));
      const wanted = [...tokenWindows(ids.length, windowTokens, 0)];
      assert.deepEqual(
        JSON.parse(/^windows = (.*)$/m.exec(script)![1]!),
        wanted.map(({ start, from, end }) => [start, from, end]),
      );
    }
  });

  it("is in bits where bits are shown, in the command and in Python", () => {
    const shown = source({ unit: "bits", name: "Bits per Token" });
    assert.match(figureCommand("heatmap", shown), /--measure bits$/);
    assert.match(figurePython("heatmap", shown), /else value \/ math\.log\(2\)\)$/m);
    assert.doesNotMatch(figurePython("heatmap", source({})), /math/);
  });

  for (const [name, change, why] of [
    ["is measured in part", { measured: 0.4, whole: null }, /only a part of it is measured; measure all/],
    ["is long", { whole: null }, /more than 100000 characters/],
    [
      "is of attention from nowhere",
      { measure: { kind: "attention", direction: "from", layer: 0, head: 0 }, at: null },
      /no known place/,
    ],
    [
      "is of a hook of ours",
      { measure: { kind: "norm", hook: "blocks.1.mlp.hook_proj" } },
      /has no hook blocks/,
    ],
    [
      "is of a hook that stands elsewhere there",
      { measure: { kind: "norm", hook: "ln_final.hook_normalized" } },
      /behind gain and bias/,
    ],
  ] as const)
    it(`says why there is no script where it ${name}`, () => assert.match(refusal(change), why));

  it("has no command for scores without their threshold, layers apart, and a text that is not known", () => {
    const none = (change: Partial<HeatmapPanelData>, text?: string): void =>
      assert.throws(() => figureCommand("heatmap", source(change, text)), /no one command/);
    none({ measure: { kind: "direction", file, layers: null, centred: false } });
    none({ measure: { kind: "direction", file, layers: [1, 3], centred: true } });
    none({}, "x".repeat(100_001));
  });
});
