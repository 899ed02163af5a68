import assert from "node:assert/strict";
import type { RaspRow, RaspStep } from "../../../src/protocol/raspPicture";
import { layersOf } from "../../../webview/panels/rasp/heads";
import {
  keysSelected,
  matrixSummary,
  positionList,
  queryWords,
  selectedKeys,
} from "../../../webview/panels/rasp/positions";
import {
  codeText,
  countsSentence,
  generationWords,
  ruleWords,
  whereWords,
} from "../../../webview/panels/rasp/words";
import { generation, pictures, stepNamed } from "../../panels/fixtures/rasp";

const row = (label: string): RaspRow => ({ label, cells: ["a"], type: "string", step: null });
const step = (change: Partial<RaspStep>): RaspStep => ({
  ...stepNamed(pictures.sort(), "sorted"),
  combination: null,
  ...change,
});

describe("positions in words", () => {
  for (const [positions, words] of [
    [[], ""],
    [[3], "3"],
    [[2, 3], "2, 3"],
    [[0, 1, 2], "0 to 2"],
    [[0, 1, 2, 5, 7, 8, 9, 10], "0 to 2, 5, 7 to 10"],
  ] as const)
    it(`${JSON.stringify(positions)} is "${words}"`, () => assert.equal(positionList(positions), words));

  it("say no key, one, several and all", () => {
    assert.equal(keysSelected([], 4), "no key");
    assert.equal(keysSelected([3], 4), "key 3");
    assert.equal(keysSelected([2, 3], 4), "keys 2, 3");
    assert.equal(keysSelected([0, 1, 2, 3], 4), "all 4 keys");
    assert.equal(keysSelected([0], 1), "key 0");
    assert.equal(keysSelected([], 4, 0), "no key");
    assert.equal(keysSelected([], 4, 1), "1 key that is not drawn");
    assert.equal(keysSelected([0, 1, 2, 3], 4, 2), "keys 0 to 3 and 2 not drawn");
    assert.equal(keysSelected([0, 1, 2, 3], 4, 0), "keys 0 to 3");
  });

  it("say a query with its token and its keys", () => {
    const matrix = ["000", "011", "001"];
    assert.deepEqual(selectedKeys(matrix, 1), [1, 2]);
    assert.equal(
      queryWords({ tokens: ["a", " ", "l"], first: 0 }, { matrix, beyond: null }, 1),
      "query 1 (·) selects keys 1, 2",
    );
  });

  it("sum a matrix up", () => {
    assert.equal(matrixSummary({ matrix: null, beyond: null }), null);
    assert.equal(matrixSummary({ matrix: [], beyond: null }), "No positions.");
    assert.equal(
      matrixSummary({ matrix: ["10", "01"], beyond: null }),
      "2 queries by 2 keys, 2 of 4 pairs selected: each query selects one key.",
    );
    assert.match(
      matrixSummary({ matrix: ["00", "11"], beyond: null })!,
      /2 of 4 pairs selected: a query selects 0 to 2 keys/,
    );
  });
});

describe("the rule of a step in words", () => {
  const compare = (sign: string, causal = false) => ({
    keys: row("place"),
    queries: row("indices"),
    sign,
    causal,
  });
  for (const [sign, words] of [
    ["==", /^A query selects the keys whose place equals its indices\./],
    ["<=", /^A query selects the keys whose place is at most its indices\./],
    ["true", /^A query selects every key\./],
    ["false", /^No query selects any key\./],
    ["near", /^A query selects the keys where near says yes to their place and its indices\./],
  ] as const)
    it(`by ${sign}`, () => assert.match(ruleWords(step({ comparisons: [compare(sign)] })), words));

  it("says that no later key is selected", () => {
    const words = ruleWords(step({ comparisons: [compare("==", true)] }));
    assert.match(words, /equals its indices, up to its own position\./);
  });

  it("says a negation though there is one comparison", () => {
    const words = ruleWords(step({ comparisons: [compare("==")], combination: "not a" }));
    assert.match(words, /^A query selects the keys with not a\. .*a: key’s place == query’s indices$/);
  });

  for (const [reducer, words] of [
    ["mean", /Their tokens are copied\. Where nothing is selected: 0\./],
    ["sum", /Their tokens are added up\./],
    ["truncated-mean", /averaged and cut to a whole number/],
    ["count", /The result is how many are selected\./],
  ] as const)
    it(`reduced by ${reducer}`, () => assert.match(ruleWords(step({ reducer })), words));

  it("averages numbers", () =>
    assert.match(ruleWords(stepNamed(pictures.long(), "average_before")), /Their tokens are averaged\./));

  it("keeps the spaces of code, and shows what cannot be seen", () =>
    assert.equal(codeText('tokens == "\t" or  "\u202e"'), 'tokens == "→" or  "⟨202E⟩"'));
});

describe("layers and heads", () => {
  const picture = pictures.histogram();

  it("put each step into its layer once, and count the heads that the scheduler counts", () => {
    const layers = layersOf(picture.steps);
    assert.deepEqual(
      layers.map(({ layer, heads }) => [layer, heads.length]),
      picture.counts[0]!.headsPerLayer.map((heads, i) => [i + 1, heads]),
    );
    const all = layers.flatMap(({ heads, elementwise }) => [
      ...heads.flatMap(({ steps }) => steps),
      ...elementwise,
    ]);
    assert.deepEqual(
      all.map((one) => one.step).sort((a, b) => a - b),
      picture.steps.map((one) => one.step),
    );
  });

  it("say where a step stands", () => {
    assert.equal(whereWords(stepNamed(picture, "hist2")), "layer 2, head 0");
    assert.equal(whereWords(stepNamed(picture, "centred")), "layer 1, elementwise");
    assert.equal(whereWords({ ...stepNamed(picture, "centred"), layer: 0 }), "before any attention");
  });

  it("say what the ways of counting differ in", () => {
    assert.match(countsSentence(picture.counts), /two heads: 1 more\. RASPy and Tracr .* own: 1 more\.$/);
    assert.match(countsSentence(pictures.sort().counts), /the others come to the same\.$/);
    const none = [{ by: "equal selectors shared", headsPerLayer: [] }] as const;
    assert.equal(countsSentence(none), "No heads: the program is elementwise.");
  });
});

describe("a run in words", () => {
  const says = (change: Partial<typeof generation>): string => generationWords({ ...generation, ...change });
  it("says how it stands", () => {
    assert.equal(says({ state: "running" }), "Generating: 3 tokens so far.");
    assert.equal(says({ state: "ended", generated: ["-2"] }), "Ended with -2 after 1 token.");
    assert.equal(says({ state: "limit" }), "3 tokens: no more are generated.");
    assert.match(says({ generated: [] }), /its last output is the next token/);
    assert.equal(says({ problem: "x is no name." }), "No token can be written. x is no name.");
  });
});
