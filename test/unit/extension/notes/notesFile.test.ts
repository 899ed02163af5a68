import assert from "node:assert/strict";
import {
  mergedNote,
  noNotes,
  notesOf,
  notesText,
  parseNotes,
  withNote,
} from "../../../../src/extension/notes/notesFile";

const empty = { label: "", note: "" };
const change = (neuron: number, after: { label: string; note: string }, before = empty, digest = "d1") => ({
  digest,
  layer: 2,
  neuron,
  before,
  after,
});
const said = (label: string, note = "") => ({ label, note });

describe("notes about neurons", () => {
  it("are JSON in order of model, layer and index, whatever order they were written in", () => {
    const orders = [
      [417, 3, 20],
      [20, 417, 3],
    ];
    const texts = orders.map((order) => {
      const first = withNote(noNotes, change(1, said("other model"), empty, "a0"));
      return notesText(
        order.reduce((content, neuron) => withNote(content, change(neuron, said(`n${neuron}`))), first),
      );
    });
    assert.equal(texts[0], texts[1]);
    const models = (JSON.parse(texts[0]) as { models: Record<string, { neurons: object }> }).models;
    assert.deepEqual(Object.keys(models), ["a0", "d1"]);
    assert.deepEqual(Object.keys(models["d1"].neurons), ["L2 N3", "L2 N20", "L2 N417"]);
  });

  it("read as they were written", () => {
    const text = notesText(withNote(noNotes, change(5, said('quotes "', "two\nlines <b>"))));
    assert.deepEqual(notesOf(parseNotes(text), "d1"), [
      { layer: 2, neuron: 5, label: 'quotes "', note: "two\nlines <b>" },
    ]);
    assert.equal(notesText(parseNotes(text)), text);
    assert.deepEqual(notesOf(parseNotes(text), "another model"), []);
  });

  it("keep what the file has beside them", () => {
    const text = JSON.stringify({
      version: 1,
      team: "ours",
      models: { d1: { name: "small", neurons: { "L2 N5": { label: "old", seen: 3 } } } },
    });
    const after = JSON.parse(
      notesText(withNote(parseNotes(text), change(5, said("new"), said("old")))),
    ) as object;
    assert.deepEqual(after, {
      version: 1,
      team: "ours",
      models: { d1: { name: "small", neurons: { "L2 N5": { label: "new", seen: 3 } } } },
    });
  });

  it("go when they are emptied, and leave nothing behind", () => {
    const one = withNote(noNotes, change(5, said("a")));
    assert.equal(notesText(withNote(one, change(5, empty, said("a")))), notesText(noNotes));
  });

  const merges: [
    string,
    ReturnType<typeof said>,
    ReturnType<typeof said>,
    ReturnType<typeof said>,
    ReturnType<typeof said>,
  ][] = [
    ["ours where nobody else wrote", said("a"), said("b"), said("a"), said("b")],
    [
      "theirs where we changed the other field alone",
      said("a", "x"),
      said("a", "y"),
      said("c", "x"),
      said("c", "y"),
    ],
    [
      "both where both wrote",
      said("a", "x"),
      said("b", "mine"),
      said("c", "yours"),
      said("c / b", "yours\nmine"),
    ],
    ["once what both wrote alike", said("a"), said("b"), said("b"), said("b")],
    ["ours where they deleted it", said("a"), said("b"), said(""), said("b")],
  ];
  for (const [what, before, ours, theirs, merged] of merges) {
    it(`hold ${what}`, () => assert.deepEqual(mergedNote(before, ours, theirs), merged));
  }

  for (const [what, text] of [
    ["no JSON", "{"],
    ["another version", '{"version": 2}'],
    ["a list", "[]"],
    ["a neuron without a name", '{"version": 1, "models": {"d": {"neurons": {"5": {}}}}}'],
    ["a label that is a number", '{"version": 1, "models": {"d": {"neurons": {"L1 N5": {"label": 3}}}}}'],
  ]) {
    it(`are refused where the file is ${what}`, () => {
      assert.throws(() => parseNotes(text), { name: "DecodeError" });
    });
  }
});
