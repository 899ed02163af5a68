import assert from "node:assert/strict";
import {
  firstDraft,
  nameOf,
  pathFrom,
  proposedPath,
  specOf,
  type DirectionSource,
} from "../../../../src/extension/directions/directionDraft";
import { decodeDirectionSpec } from "../../../../src/protocol/decodeDirectionSpec";

const opposites = ["hot cold", "big small", "up down", "in out", "old new", "wet dry"].map(
  (pair) => pair.split(" ") as [string, string],
);

const sources: readonly DirectionSource[] = [
  { kind: "template", template: { name: "sentiment" } },
  { kind: "file", path: "/w/data/My pairs.csv" },
  { kind: "selections", texts: ["Love", "Hate"] },
  { kind: "tokens", plus: " yes", minus: " no" },
  {
    kind: "neurons",
    neurons: [
      { layer: 3, neuron: 12, weight: 1 },
      { layer: 5, neuron: 7, weight: -0.5 },
    ],
    pairs: null,
  },
  { kind: "neurons", neurons: [{ layer: 3, neuron: 12, weight: 1 }], pairs: { path: "/w/a.csv" } },
  { kind: "head", head: { layer: 2, head: 3 }, pairs: { template: "sentiment" } },
  { kind: "task", from: { path: "/w/tasks/antonyms.jsonl" } },
  { kind: "task", from: { pairs: opposites } },
];

describe("a direction that is asked for in the dialogue", () => {
  it("becomes a spec that the engine takes as it is, whatever it is made from", () => {
    for (const source of sources) {
      const spec = specOf({ ...firstDraft(source), save: "directions/a b.json" });
      assert.deepEqual(decodeDirectionSpec(JSON.parse(JSON.stringify(spec))), spec);
      assert.equal(spec.name, "a b");
    }
  });

  it("keeps method and position for pairs, and has those of its own for two prompts", () => {
    const chosen = { method: "pca", position: "mean", save: "x.json" } as const;
    const [template, , selections] = sources.map((source) => specOf({ ...firstDraft(source), ...chosen }));
    assert.deepEqual([template?.method, template?.position], ["pca", "mean"]);
    assert.deepEqual([selections?.method, selections?.position], ["prompt-pair", "last"]);
  });

  it("proposes a free path named after what it is made from", () => {
    const path = (source: DirectionSource, taken: string[] = []) =>
      proposedPath(firstDraft(source), new Set(taken));
    assert.deepEqual(
      sources.map((source) => path(source)),
      [
        "directions/sentiment.json",
        "directions/my-pairs.json",
        "directions/love-hate.json",
        "directions/yes-no.json",
        "directions/neurons-3-12-and-1.json",
        "directions/neuron-3-12.json",
        "directions/head-2-3-sentiment.json",
        "directions/antonyms.json",
        "directions/task-hot-cold.json",
      ],
    );
    assert.equal(path(sources[0]!, ["directions/sentiment.json"]), "directions/sentiment-2.json");
    assert.equal(
      proposedPath({ ...firstDraft(sources[0]!), method: "logistic" }, new Set()),
      "directions/sentiment-logistic.json",
    );
    assert.equal(path({ kind: "selections", texts: ["…", "!"] }), "directions/direction-direction.json");
  });

  it("takes no path that leaves the workspace or no file system can have", () => {
    for (const bad of ["", "/etc/x", "../x", "a//b", "a/..", "con", "a:b", "a\u0000", ".hidden"])
      assert.equal(pathFrom(bad), null, bad);
    assert.equal(pathFrom(" a\\b "), "a/b.json");
    assert.equal(pathFrom("x.json"), "x.json");
    assert.equal(nameOf("a/b/c d.json"), "c d");
  });
});
