import assert from "node:assert/strict";
import { appendFile, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { CancelledError, CodedError } from "../../../../src/base/errors";
import type { Experiment, GenerateResult, SteerResult } from "../../../../src/protocol/edit";
import { shortened } from "../../../../src/extension/steering/historyFile";
import { HistoryStore } from "../../../../src/extension/steering/historyStore";
import { editsInShort, textInShort } from "../../../../src/extension/steering/historyWords";
import { useTempFolder } from "../../../support/tempFolder";

const experiment: Experiment = {
  version: 1,
  model: { path: "m", digest: null },
  prompt: "One day",
  edits: [
    {
      hook: "blocks.1.hook_resid_pre",
      op: "add",
      value: { text: "Love", minus: "Hate" },
      scale: 4,
      positions: "prefill-front",
    },
  ],
  sampling: { maxTokens: 4, temperature: 0, seed: 0 },
  controls: { isotropic: 2, seed: 0 },
};

const text = (words: string): GenerateResult => ({
  about: "this",
  ids: [1],
  text: words,
  logProbs: [-1],
  tokens: [words],
});

const result = (steered: string): SteerResult => ({
  default: text(" plain"),
  steered: text(steered),
  controls: { zero: text(" plain"), isotropic: [] },
  kl: { steered: 0.5, isotropic: [] },
  percentile: null,
  relativeNorm: [1],
  partsAt: 0,
  bos: false,
  digest: null,
});

describe("the history of steering runs", () => {
  const folder = useTempFolder();
  const file = (): string => path.join(folder(), "steering-history.jsonl");
  const warnings: string[] = [];
  const open = (largest?: number): HistoryStore =>
    new HistoryStore(folder(), (message) => warnings.push(message), largest);
  const begin = (store: HistoryStore, prompt: string) =>
    store.begin({
      experiment: { ...experiment, prompt },
      controls: "stated",
      base: "/w",
      file: "file:///w/a",
    });
  afterEach(() => assert.deepEqual(warnings.splice(0), []));
  beforeEach(() => writeFile(file(), ""));

  it("has each run with what it came to, the newest first, for another window too", async () => {
    const store = open();
    begin(store, "one").ready(result(" lovely"));
    await new Promise((resolve) => setTimeout(resolve, 2));
    begin(store, "two").failed(new CodedError("odd", "Something was wrong."));
    await new Promise((resolve) => setTimeout(resolve, 2));
    begin(store, "three").failed(new CancelledError());
    await store.settled();
    const runs = await open().runs();
    assert.deepEqual(
      runs.map(({ experiment: kept, outcome, file: at, base }) => [
        (kept as Experiment).prompt,
        outcome?.end,
        outcome?.steered ?? outcome?.error,
        at,
        base,
      ]),
      [
        ["three", "cancelled", undefined, "file:///w/a", "/w"],
        ["two", "error", "Something was wrong.", "file:///w/a", "/w"],
        ["one", "ready", " lovely", "file:///w/a", "/w"],
      ],
    );
    assert.deepEqual(runs[2].experiment, { ...experiment, prompt: "one" });
  });

  it("has a run that a crash cut off, and those after a line that was torn", async () => {
    const store = open();
    begin(store, "cut off");
    await store.settled();
    await appendFile(file(), '{"id":"x","at":1,"experi');
    const after = open();
    begin(after, "after").ready(result(" x"));
    const prompts = (await after.runs()).map(({ experiment: kept, outcome }) => [
      (kept as Experiment).prompt,
      outcome?.end,
    ]);
    assert.deepEqual(prompts.sort(), [
      ["after", "ready"],
      ["cut off", undefined],
    ]);
  });

  it("passes over lines that are none of its own", async () => {
    const odd = ["[]", "null", "{}", '{"id":1}', '{"id":"a","at":"now","experiment":{},"controls":"none"}', '{"id":"b","outcome":{"end":"ready"}}', '{"id":"c","at":1,"experiment":{},"controls":"odd"}', "}{"]; // prettier-ignore
    await writeFile(file(), odd.join("\n"));
    assert.deepEqual(await open().runs(), []);
  });

  it("stays within its size, and keeps the newest", async () => {
    const largest = 30_000;
    const store = open(largest);
    for (let i = 0; i < 60; i++) begin(store, `${i} ${"x".repeat(900)}`).ready(result(" x"));
    await store.settled();
    const { size } = await stat(file());
    assert.ok(size <= largest && size > largest / 2, String(size));
    const prompts = (await store.runs()).map(({ experiment: kept }) => (kept as Experiment).prompt);
    assert.ok(prompts.length > 5 && prompts.length < 40);
    assert.ok(prompts.some((prompt) => prompt.startsWith("59 ")));
    assert.ok(!prompts.some((prompt) => prompt.startsWith("9 ")));
    assert.deepEqual(await readdir(folder()), ["steering-history.jsonl"]);
  });

  it("is cut to its newest runs", () => {
    const line = (i: number): string =>
      `\n${JSON.stringify({ id: `r${i}`, at: i, controls: "none", experiment: { prompt: "y".repeat(5000) } })}\n`;
    const all = Array.from({ length: 800 }, (_, i) => line(i)).join("");
    const cut = shortened(all, 2_000_000);
    assert.ok(cut.length <= 2_000_000 && cut.length > 1_900_000);
    assert.ok(cut.includes('"r799"') && !cut.includes('"r300"'));
    assert.equal(shortened(cut, 2_000_000), cut);
  });

  it("leaves out an experiment that is too large, and keeps where it is", async () => {
    const store = open();
    begin(store, "z".repeat(200_000));
    const [run] = await store.runs();
    assert.equal(run.experiment, null);
    assert.equal(run.file, "file:///w/a");
  });

  it("is empty once it was forgotten", async () => {
    const store = open();
    begin(store, "one");
    await store.clear();
    assert.deepEqual(await store.runs(), []);
  });

  it("that cannot be written is told to the log, and no run fails by it", async () => {
    await writeFile(path.join(folder(), "taken"), "");
    const store = new HistoryStore(path.join(folder(), "taken"), (message) => warnings.push(message));
    begin(store, "one").ready(result(" x"));
    await store.settled();
    assert.equal(warnings.splice(0).length, 2);
  });
});

describe("a row of the history", () => {
  it("says what was done, and what the prompt became", () => {
    assert.equal(editsInShort(experiment), "add “Love” − “Hate” × 4 · blocks.1.hook_resid_pre");
    const run = { id: "a", at: 0, experiment, controls: "none" as const };
    const outcome = { end: "ready" as const, steered: " she\nloved" };
    assert.equal(textInShort({ ...run, outcome }), "One day →  she\\nloved");
    assert.equal(textInShort(run), "One day → ");
  });

  for (const odd of [null, 1, {}, { edits: [{ op: "push" }] }])
    it(`says nothing of ${JSON.stringify(odd)}`, () => assert.equal(editsInShort(odd), ""));
});
