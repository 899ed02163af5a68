import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { TextMap } from "../../../src/protocol/textMap";
import { cliError, cliJson } from "../../support/cli";
import { DirectionCalls, smallModel } from "../../support/directionCalls";
import { inRepo } from "../../support/paths";
import { useTempFolder } from "../../support/tempFolder";

/** Three kinds of text that the bundled model was trained on. */
const kinds = {
  code: ["const x = f(1);", "if (a < b) return a;", "let y = [1, 2];", "for (const z of all) g(z);", "import { k } from 'k';"], // prettier-ignore
  story: ["Once upon a time there was a cat.", "She went to the park with her mom.", "The bird was sad and wanted to fly.", "They played all day in the sun.", "He found a big red ball."], // prettier-ignore
  json: ['{"a": 1, "b": 2}', '{"name": "x", "id": 3}', '{"list": [1, 2, 3]}', '{"on": true, "n": null}', '{"key": "value"}'], // prettier-ignore
};
const texts = Object.entries(kinds).flatMap(([label, all]) => all.map((text) => ({ label, text })));

describe("introspect direction map", () => {
  const calls = new DirectionCalls(useTempFolder());
  const mapped = (set: unknown, ...more: string[]): Promise<TextMap & { digest: string }> =>
    cliJson("direction", "map", smallModel, calls.file("set.jsonl", lines(set)), ...more);
  const lines = (set: unknown): string =>
    typeof set === "string" ? set : (set as object[]).map((one) => JSON.stringify(one)).join("\n");

  it("has silhouettes and components of the states that `run` reads, at each layer", async () => {
    const found = await mapped(texts);
    assert.deepEqual(found.labels, Object.keys(kinds));
    assert.deepEqual(
      found.layers.map(({ layer }) => layer),
      [null, 0, 1, 2, 3],
    );
    assert.match(found.digest, /^[0-9a-f]{64}$/);
    for (const layer of [0, 3]) {
      const means: number[][] = [];
      for (const { text } of texts) means.push(await meanState(text, layer));
      const { silhouette, pca } = found.layers[layer + 1]!;
      const wanted = naiveSilhouettes(means);
      const mean = wanted.reduce((sum, x) => sum + x, 0) / wanted.length;
      assert.ok(Math.abs(silhouette.mean - mean) < 1e-5, `${silhouette.mean} ${mean}`);
      // Distances in the picture are never above those in full.
      for (const [i, j] of [
        [0, 1],
        [3, 9],
        [14, 5],
      ] as const) {
        const [a, b] = [pca.points[i]!, pca.points[j]!];
        assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) <= distance(means[i]!, means[j]!) + 1e-4);
      }
      assert.equal(silhouette.shuffled.length, 200);
    }
  });

  it("tells kinds of text that the model knows from chance, at the best layer as one of several", async () => {
    const { best, layers } = await mapped(texts);
    assert.ok(best.percentile > 0.99, String(best.percentile));
    const chosen = layers.find(({ layer }) => layer === best.layer)!;
    assert.ok(
      layers.every(({ layer, silhouette }) => layer === null || silhouette.mean <= chosen.silhouette.mean),
    );
    assert.ok(chosen.silhouette.mean > 0.05, String(chosen.silhouette.mean));
  });

  it("is the same with the same seed; another seed moves the null and t-SNE, not the measure", async () => {
    const [a, b, c] = [await mapped(texts), await mapped(texts), await mapped(texts, "--seed", "1")];
    assert.deepEqual(a, b);
    assert.equal(a.layers[2]!.silhouette.mean, c.layers[2]!.silhouette.mean);
    assert.deepEqual(a.layers[2]!.pca, c.layers[2]!.pca);
    assert.notDeepEqual(a.layers[2]!.silhouette.shuffled, c.layers[2]!.silhouette.shuffled);
    assert.notDeepEqual(a.layers[2]!.tsne, c.layers[2]!.tsne);
  });

  it("has a null about which labels drawn at random lie", async () => {
    const order = [3, 9, 1, 14, 6, 0, 11, 4, 8, 2, 13, 5, 10, 7, 12];
    const mixed = texts.map(({ text }, i) => ({ label: texts[order[i]!]!.label, text }));
    const { best } = await mapped(mixed);
    assert.ok(best.percentile > 0.01 && best.percentile < 0.99, String(best.percentile));
  });

  it("reads the last token alone where that is asked for, and says what lies in one place", async () => {
    const same = texts.map(({ label, text }) => ({ label, text: `${text} end` }));
    const { layers, position } = await mapped(same, "--where", "last", "--metric", "cosine");
    assert.equal(position, "last");
    const [embedding, first] = layers;
    assert.equal(embedding!.silhouette.mean, 0);
    assert.equal(embedding!.tsne, null);
    assert.notEqual(first!.silhouette.mean, 0);
  });

  it("maps the shipped emotions: six of eight texts each, no two the same", async () => {
    const found = await cliJson<TextMap>("direction", "map", smallModel, "--draws", "20");
    assert.deepEqual(found.labels, ["joy", "sadness", "fear", "anger", "disgust", "surprise"]);
    const sizes = found.labels.map((_, k) => found.texts.filter(({ label }) => label === k).length);
    assert.deepEqual(sizes, [8, 8, 8, 8, 8, 8]);
    const shipped = readFileSync(inRepo("media/directions/emotions.jsonl"), "utf8").trim().split("\n");
    assert.equal(found.texts.length, shipped.length);
    assert.match(found.warnings.join(" "), /perplexity of 30 is too large for 48 texts; 15.67 was used/);
  });

  it("says what makes the numbers say less", async () => {
    const { warnings } = await mapped([
      ...texts,
      texts[0]!,
      { label: "json", text: texts[0]!.text },
      { label: "lone", text: "alone" },
    ]);
    for (const wanted of [/1 texts are repetitions/, /1 texts stand under more/, /has 1 of them/, /from 1 to 6/])
      assert.ok(warnings.some((one) => wanted.test(one)), String(wanted)); // prettier-ignore
  });

  const wrong: [string, string, string, RegExp][] = [
    ["one label", lines(texts.slice(0, 5)), "too-few-labels", /one label/],
    ["one text of each", lines([texts[0], texts[6]]), "too-few-labels", /No label has two texts/],
    ["a text without label", '{"text": "a"}\n{"text": "b", "label": "c"}', "bad-set", /no label in row 1/],
    ["a label without text", '{"label": "c"}\n{"text": "b", "label": "c"}', "bad-set", /no text in row 1/],
    ["nothing", "", "bad-set", /holds no texts/],
    ["no JSON", "{", "bad-set", /is not JSON|cannot be used/],
    ["a text that is too long", lines([...texts, { label: "code", text: "a b ".repeat(600) }]), "bad-set", /Text 16 of .* tokens/], // prettier-ignore
  ];
  for (const [name, content, code, message] of wrong)
    it(`refuses ${name}`, async () => {
      const error = await cliError("direction", "map", smallModel, calls.file("bad.jsonl", content));
      assert.equal(error.code, code);
      assert.match(error.message, message);
    });

  it("says which texts are read at their first position", async () => {
    const lone = ["a", "b", "c", "d"].map((text, i) => ({ label: `l${i % 2}`, text }));
    const { warnings } = await mapped(lone);
    assert.match(warnings[0]!, /^Position 0: 4 of the texts/);
  });

  it("takes the other of two columns for the one whose name it does not know, and asks for it among more", async () => {
    const renamed = texts.map(({ label, text }) => ({ text, topic: label }));
    assert.deepEqual((await mapped(renamed, "--draws", "20")).labels, Object.keys(kinds));
    const more = lines(renamed.map((one) => ({ ...one, id: 1 })));
    const error = await cliError("direction", "map", smallModel, calls.file("bad.jsonl", more));
    assert.match(error.message, /has no column of labels\.$/);
  });

  it("says what is wrong with a line once", async () => {
    const error = await cliError("direction", "map", smallModel, calls.file("bad.jsonl", "{"));
    assert.equal(error.message.match(/bad\.jsonl/g)!.length, 1, error.message);
  });

  it("refuses options of other verbs, and a perplexity of less than one neighbour", async () => {
    const set = calls.file("set.jsonl", lines(texts));
    for (const more of [
      ["--out", "x.json"],
      ["--layer", "1"],
      ["--text", "a"],
      ["--perplexity", "0.5"],
    ]) {
      const { code, message } = await cliError("direction", "map", smallModel, set, ...more);
      assert.equal(code, "usage");
      assert.ok(message.includes(more[0]!), message);
    }
  });

  it("refuses fewer draws than a null needs", async () => {
    const args = ["direction", "map", smallModel, calls.file("set.jsonl", lines(texts)), "--draws", "5"];
    assert.equal((await cliError(...args)).code, "usage");
  });

  /** Mean over the positions behind 0. */
  async function meanState(text: string, layer: number): Promise<number[]> {
    const states = await calls.states(text, layer);
    return Array.from(states[0]!, (_, d) => {
      const counted = states.slice(1);
      return counted.reduce((sum, state) => sum + state[d]!, 0) / counted.length;
    });
  }
});

const distance = (a: readonly number[], b: readonly number[]): number =>
  Math.hypot(...a.map((x, d) => x - b[d]!));

/** From the definition: label by label, pair by pair. */
function naiveSilhouettes(states: readonly (readonly number[])[]): number[] {
  return states.map((state, i) => {
    const to = (label: string): number => {
      const others = states.filter((_, j) => j !== i && texts[j]!.label === label);
      return others.reduce((sum, other) => sum + distance(state, other), 0) / others.length;
    };
    const own = to(texts[i]!.label);
    const nearest = Math.min(...Object.keys(kinds).filter((label) => label !== texts[i]!.label).map(to)); // prettier-ignore
    return (nearest - own) / Math.max(nearest, own);
  });
}
