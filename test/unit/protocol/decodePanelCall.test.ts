import assert from "node:assert/strict";
import { seededRandom } from "../../../src/base/random";
import { DecodeError } from "../../../src/protocol/decode";
import { panelCallDecoders } from "../../../src/protocol/decodePanelCall";
import { mutated } from "../../support/mutate";

type Method = keyof typeof panelCallDecoders;
const decode = (method: Method, params: unknown): unknown => panelCallDecoders[method](params);

const good: [Method, unknown][] = [
  ["page/ready", {}],
  ["page/reload", { reason: "TypeError: <b> is not a function" }],
  ["model/choose", {}],
  ["page/retry", {}],
  ["page/example", {}],
  ["page/cancel", {}],
  ["unit/choose", { unit: "bits" }],
  ["editor/clear", {}],
  ["editor/reveal", { start: 0, end: 0 }],
  ["editor/reveal", { start: 3, end: 10_000_000 }],
  ["neurons/choose", { layer: 0, neuron: 767 }],
  ["neurons/only", { layer: 2 }],
  ["neurons/only", { layer: null }],
  ["focus/point", { range: { start: 3, end: 4 } }],
  ["focus/point", { range: null }],
  ["focus/choose", { start: 3, end: 4, layer: null }],
  ["focus/choose", { start: 3, end: 4, layer: 11 }],
  ["neurons/order", { by: "z" }],
  ["neurons/order", { by: "logProb", effect: { position: -1, token: 3, minus: " x", ablation: "zero" } }],
  ["neurons/effects", {}],
  ["neurons/effects", { strongest: 16 }],
  ["neurons/search", { scope: "workspace" }],
  ["neurons/place", { place: 0 }],
  [
    "neurons/note",
    { layer: 1, neuron: 2, before: { label: "", note: "" }, after: { label: "a", note: "b\nc" } },
  ],
  ["run/choose", { context: "document", prefix: "" }],
  ["run/choose", { context: "prefix", prefix: "a\n\u0000<b>" }],
  ["attention/choose", { layer: 3, head: 5 }],
  ["attention/score", { on: "repeated" }],
  ["attention/edge", { query: 7, key: 0 }],
  ["attention/block", { softmax: "after" }],
  ["patch/choose", {}],
  ["patch/choose", { token: " a", minus: 7, align: "end" }],
  ["patch/choose", { align: [{ base: 3, source: 4 }] }],
  ["attention/block", { softmax: "before", against: 50_256, controls: "random" }],
  ["attention/continue", { tokens: 1 }],
  ["attention/continue", { tokens: 512 }],
  ["attention/colour", { query: 0, start: true }],
  ["lens/choose", { kind: "trained" }],
  ["lens/file", {}],
  ["lens/follow", { text: " <script>\n" }],
  ["lens/toggle", { id: 4095 }],
  ["lens/pin", { on: true }],
  ["lens/mark", { mark: "depth", on: false }],
  ["steering/run", { scale: -4.5 }],
  ["steering/run", { scale: 2, samples: 20, temperature: 0.8 }],
  ["steering/slide", { scale: 0.5 }],
  ["steering/save", {}],
  ["sweep/open", { cell: [0, 999] }],
  ["rasp/reveal", { step: 0 }],
  ["rasp/hover", { step: 12 }],
  ["rasp/hover", { step: null }],
  ["rasp/step", { step: 3 }],
  ["rasp/example", { text: '"<script>\n"' }],
  ["rasp/generate", { steps: 1 }],
  ["rasp/generate", { steps: "all" }],
  ["rasp/generateReset", {}],
  ["direction/choose", { direction: 0 }],
  ["direction/layers", { layers: null }],
  ["direction/layers", { layers: [2, 3, 4] }],
  ["direction/also", { direction: 3, on: true }],
  ["direction/compare", { direction: 1 }],
  ["direction/compare", { direction: null }],
  ["map/choose", { position: "last", metric: "cosine", perplexity: 5, seed: 1 }],
  ["map/file", {}],
  ["direction/correlate", {}],
  ["direction/colour", {}],
  ["direction/continue", { tokens: 16 }],
  ["export/save", { name: "lens.svg", format: "svg", content: "<svg/>", encoding: "utf8" }],
  ["export/save", { name: "lens", format: "png", content: "iVBORw==", encoding: "base64" }],
  ["export/npz", { figure: "lens-grid", facts: "{}" }],
  ["export/copy", { text: "introspect lens m" }],
  ["view/save", {}],
  ["view/live", {}],
];

const exported = { name: "a", format: "csv", content: "", encoding: "utf8" };
const bad: [string, Method, unknown][] = [
  ["nothing at all", "page/ready", undefined],
  ["a field too many", "page/cancel", { command: "workbench.action.quit" }],
  ["a list", "page/ready", []],
  ["an end before the start", "editor/reveal", { start: 5, end: 4 }],
  ["a negative offset", "editor/reveal", { start: -1, end: 4 }],
  ["half an offset", "editor/reveal", { start: 0.5, end: 4 }],
  ["an offset that is no number", "editor/reveal", { start: "0", end: 4 }],
  ["an endless offset", "editor/reveal", { start: 0, end: Number.POSITIVE_INFINITY }],
  ["a layer that is missing", "neurons/choose", { neuron: 1 }],
  ["a huge neuron", "neurons/choose", { layer: 0, neuron: 1e12 }],
  ["no tokens to write", "attention/continue", { tokens: 0 }],
  ["more tokens than one picture shows", "attention/continue", { tokens: 513 }],
  ["a query that is none", "attention/colour", { query: -1, start: true }],
  ["a start that is no switch", "attention/colour", { query: 1, start: 1 }],
  ["a negative head", "attention/choose", { layer: 0, head: -1 }],
  ["a layer that is text", "neurons/only", { layer: "1" }],
  ["a direction by its address", "direction/choose", { direction: "/etc/passwd" }],
  ["a band of no layers", "direction/layers", { layers: [] }],
  ["a perplexity that is none", "map/choose", { perplexity: 0.5 }],
  ["a file by its address", "map/file", { file: "/etc/passwd" }],
  ["more written than a click may have", "direction/continue", { tokens: 513 }],
  ["a switch that is none", "direction/also", { direction: 0, on: "yes" }],
  ["an end before the start", "focus/point", { range: { start: 5, end: 4 } }],
  ["no range", "focus/point", {}],
  ["no layer", "focus/choose", { start: 3, end: 4 }],
  ["an alignment that is none", "patch/choose", { align: "middle" }],
  ["an alignment of nothing", "patch/choose", { align: [] }],
  ["half a pair", "patch/choose", { align: [{ base: 1 }] }],
  ["a control that is none", "attention/block", { softmax: "before", controls: "best" }],
  ["an order that is none", "neurons/order", { by: "name" }],
  ["a token that is empty", "neurons/effects", { token: "" }],
  ["half a position", "neurons/effects", { position: 0.5 }],
  ["a factor below one", "neurons/effects", { strongest: 0 }],
  ["a file to search", "neurons/search", { scope: "/etc/passwd" }],
  ["a place by its file", "neurons/place", { file: "a" }],
  [
    "an endless label",
    "neurons/note",
    { layer: 0, neuron: 0, before: { label: "", note: "" }, after: { label: "x".repeat(201), note: "" } },
  ],
  ["a context that is none", "run/choose", { context: "file", prefix: "" }],
  ["a lens that is none", "lens/choose", { kind: "jacobian" }],
  ["a file of a lens", "lens/file", { file: "/etc/passwd" }],
  ["a lens by its file", "lens/choose", { kind: "trained", file: "/etc/passwd" }],
  ["no prefix", "run/choose", { context: "selection" }],
  ["an endless prefix", "run/choose", { context: "prefix", prefix: "x".repeat(20_001) }],
  ["a place for its context", "run/choose", { context: "selection", prefix: "", from: 3 }],
  ["an endless token", "lens/follow", { text: "x".repeat(1001) }],
  ["an endless reason", "page/reload", { reason: "x".repeat(1001) }],
  ["an id that is text", "lens/toggle", { id: "4" }],
  ["neither yes nor no", "lens/pin", { on: 1 }],
  ["another mark", "lens/mark", { mark: "bold", on: true }],
  ["a strength that is NaN", "steering/run", { scale: Number.NaN }],
  ["a strength beyond reason", "steering/run", { scale: 1e9 }],
  ["more texts than anybody reads", "steering/run", { scale: 1, samples: 101 }],
  ["a negative temperature", "steering/run", { scale: 1, temperature: -0.1 }],
  ["a cell with one number", "sweep/open", { cell: [1] }],
  ["a cell beyond any plan", "sweep/open", { cell: [0, 1000] }],
  ["a cell that names more", "sweep/open", { cell: [0, 0], path: "/" }],
  ["a dragged strength that is none", "steering/slide", { scale: "4" }],
  ["a dragged strength with more", "steering/slide", { scale: 4, command: "x" }],
  ["half a step", "rasp/step", { step: 0.5 }],
  ["a step before the first", "rasp/reveal", { step: -1 }],
  ["no step", "rasp/hover", {}],
  ["an endless example", "rasp/example", { text: "x".repeat(20_001) }],
  ["an example that is no text", "rasp/example", { text: [1, 2] }],
  ["two steps", "rasp/generate", { steps: 2 }],
  ["a prompt", "rasp/generateReset", { prompt: [] }],
  ["a path for a figure", "export/npz", { figure: "../x", facts: "{}" }],
  ["facts that are no object", "export/npz", { figure: "lens-grid", facts: "[]" }],
  ["an endless text", "export/copy", { text: "a".repeat(5_000_000) }],
  ["a path for a name", "export/save", { ...exported, name: "../../.bashrc" }],
  ["a hidden file", "export/save", { ...exported, name: ".profile" }],
  ["a name with a drive", "export/save", { ...exported, name: "C:evil" }],
  ["an empty name", "export/save", { ...exported, name: "" }],
  ["a name of line breaks", "export/save", { ...exported, name: "a\nb" }],
  ["an endless name", "export/save", { ...exported, name: "a".repeat(1000) }],
  ["another format", "export/save", { ...exported, format: "exe" }],
  ["base64 that is none", "export/save", { ...exported, content: "<script>", encoding: "base64" }],
];

describe("what a page asks", () => {
  for (const [method, params] of good) {
    it(`${method} with ${JSON.stringify(params)} passes as it is`, () =>
      assert.deepEqual(decode(method, params), params));
  }

  for (const [name, method, params] of bad) {
    it(`${method} with ${name} is refused`, () => {
      assert.throws(
        () => decode(method, params),
        (e) => e instanceof DecodeError && e.code === "bad-field",
      );
    });
  }

  it("has a call above that passes, for every method", () => {
    const tried = new Set<string>(good.map(([method]) => method));
    const untried = Object.keys(panelCallDecoders).filter((method) => !tried.has(method));
    assert.deepEqual(untried, []);
  });

  it("is either refused by code or as it should be, whatever is sent (fuzzed)", () => {
    const random = seededRandom(11);
    const counts = { passed: 0, refused: 0 };
    const plain = (value: unknown): unknown => JSON.parse(JSON.stringify(value) ?? "null");
    const check = (method: Method, params: unknown): void => {
      try {
        // As JSON has it: a property that a list was given besides its entries is no part of it.
        assert.deepEqual(plain(decode(method, params)), plain(params));
        counts.passed++;
      } catch (error) {
        assert.ok(error instanceof DecodeError, `${method}: ${String(error)}`);
        counts.refused++;
      }
    };
    // Each method's own calls with something harmed, and its fields under another method's name.
    const methods = good.map(([method]) => method);
    for (const [method, params] of good) {
      for (let round = 0; round < 200; round++) check(method, mutated(params, random));
      for (const other of methods) check(other, params);
    }
    assert.ok(counts.passed > 500 && counts.refused > 3000, JSON.stringify(counts));
  });
});
