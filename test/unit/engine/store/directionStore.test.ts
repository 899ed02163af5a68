import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CodedError } from "../../../../src/base/errors";
import { seededRandom } from "../../../../src/base/random";
import { withDirections } from "../../../../src/engine/directionFile";
import { combineFiles, compareFiles, exportFile } from "../../../../src/engine/directions/files";
import { readDirection, writeDirection } from "../../../../src/engine/store/directionStore";
import { readNpz } from "../../../../src/formats/npz";
import { decodeDirectionHeader } from "../../../../src/protocol/decodeDirectionHeader";
import type { DirectionHeader, DirectionLayer } from "../../../../src/protocol/direction";
import { mutated } from "../../../support/mutate";
import { useTempFolder } from "../../../support/tempFolder";

const layer = (l: number): DirectionLayer => ({
  layer: l,
  accuracy: 0.75,
  interval: [0.5, 0.9],
  nulls: { isotropic: [0.5, 0.6], shuffled: [0.4, 0.5] },
  percentile: { isotropic: 1, shuffled: 1 },
  pairAccuracy: 0.75,
  validation: null,
  norm: 2,
  residNorm: 10,
  threshold: -1,
  spread: 1,
  nearest: {
    promotes: [{ id: 1, text: "a", weight: 0.5 }],
    suppresses: [{ id: 2, text: null, weight: -0.5 }],
  },
});

const header: Omit<DirectionHeader, "vectors"> = {
  version: 1,
  kind: "direction",
  name: "mood",
  model: { path: "m", digest: "abc", family: "mistral" },
  hook: "hook_resid_post",
  method: "pca",
  template: "sentiment",
  position: "last",
  bos: true,
  layers: [layer(0), layer(2)],
  bestLayer: 2,
  chosenOn: "validation",
  data: { pairs: 9, digest: "d", testShare: 0.25, seed: 1, texts: { train: 10, validation: 4, test: 4 } },
  warnings: ["Leakage: so."],
};

describe("files of directions", () => {
  const folder = useTempFolder();
  const at = (name: string): string => join(folder(), name);
  const vectors = new Map([
    [0, Float32Array.of(1, 2, 2)],
    [2, Float32Array.of(0, 3, 4)],
  ]);
  const write = (name = "mood.json", more: object = {}, with_ = vectors): Promise<DirectionHeader> =>
    writeDirection(at(name), { ...header, ...more }, with_);
  const hooks = ["blocks.0.hook_resid_post", "blocks.1.hook_resid_post", "blocks.2.hook_resid_post"];
  const subject = { digest: "abc", hooks, width: () => 3 };

  it("give back what was written, vectors beside the header by the hook's name", async () => {
    const written = await write();
    assert.deepEqual(readdirSync(folder()).sort(), ["mood.json", "mood.npz"]);
    assert.deepEqual(await readDirection(at("mood.json"), subject), { header: written, vectors });
    assert.equal(written.vectors, "mood.npz");
    assert.deepEqual([...readNpz(readFileSync(at("mood.npz"))).keys()], [hooks[0], hooks[2]]);
  });

  it("serve as values of edits", async () => {
    await write();
    const edit = (hook: string) =>
      ({ hook, op: "add", positions: "last", value: { direction: "mood.json" } }) as const;
    const place = { base: folder(), digest: "abc" };
    const [read] = await withDirections([edit(hooks[2]!)], place);
    assert.deepEqual(read!.value, [0, 3, 4]);
    await assert.rejects(withDirections([edit(hooks[1]!)], place), {
      code: "bad-direction",
      message: /only at hook_resid_post of layers 0, 2/,
    });
    await assert.rejects(withDirections([edit(hooks[2]!)], { ...place, digest: "xyz" }), {
      code: "direction-of-another-model",
      message: /digest abc/,
    });
  });

  const wrong: [string, () => Promise<unknown>, string, RegExp][] = [
    ["another model's", () => write("mood.json", { model: { path: null, digest: "xyz" } }), "direction-of-another-model", /digest xyz/],
    ["of a layer that the model lacks", () => write("mood.json", { layers: [layer(0), layer(2), layer(7)] }, new Map([...vectors, [7, Float32Array.of(1, 1, 1)]])), "direction-of-another-model", /no blocks\.7/],
    ["of another width", () => write("mood.json", {}, new Map([[0, Float32Array.of(1)], [2, Float32Array.of(2)]])), "direction-width", /holds 1 numbers.*model has 3/],
    ["with numbers that are none", () => write("mood.json", {}, new Map([[0, Float32Array.of(1, NaN, 1)], [2, Float32Array.of(1, 1, 1)]])), "bad-direction", /no finite numbers/],
    ["without a layer's vector", () => write("mood.json", {}, new Map([[0, Float32Array.of(1, 2, 3)]])), "bad-direction", /no float32 vector named blocks\.2/],
    ["without its vectors", async () => { await write(); rmSync(at("mood.npz")); }, "bad-direction", /ENOENT/],
    ["cut off", async () => { await write(); writeFileSync(at("mood.json"), '{"kind":'); }, "bad-direction", /not JSON/],
    ["of a later version", () => write("mood.json", { version: 2 }), "bad-direction", /version 2/],
    ["naming vectors elsewhere", async () => writeFileSync(at("mood.json"), JSON.stringify({ ...header, vectors: "../x.npz" })), "bad-direction", /beside this one/],
  ]; // prettier-ignore
  for (const [what, make, code, message] of wrong)
    it(`are refused when they are ${what}`, async () => {
      await make();
      await assert.rejects(readDirection(at("mood.json"), subject), { code, message });
    });

  it("are refused in a folder that is not there", () =>
    assert.rejects(writeDirection(at("no/mood.json"), header, vectors), { code: "file-not-written" }));

  it("are not written over their own vectors", () =>
    assert.rejects(write("mood.npz"), { code: "file-not-written", message: /name of the vectors/ }));

  it("keep an old direction whole where the header cannot be written", async () => {
    await write();
    const before = readFileSync(at("mood.json"), "utf8");
    await assert.rejects(writeDirection(at("no/mood.json"), header, vectors));
    assert.equal(readFileSync(at("mood.json"), "utf8"), before);
  });

  it("have headers that are read or refused by a code when they are mutated, 2,000 times", () => {
    const random = seededRandom(8);
    const whole = { ...header, vectors: "mood.npz" };
    let refused = 0;
    for (let i = 0; i < 2000; i++) {
      try {
        decodeDirectionHeader(mutated(whole, random));
      } catch (thrown) {
        refused++;
        assert.ok(thrown instanceof CodedError, String(thrown));
      }
    }
    assert.ok(refused > 500, String(refused));
  });

  it("are compared and added up", async () => {
    await write();
    await write("other.json", { name: "other" }, new Map([[2, Float32Array.of(0, -4, 3)], [0, Float32Array.of(2, 4, 4)]])); // prettier-ignore
    const { same } = await compareFiles(at("mood.json"), at("other.json"));
    assert.deepEqual(same, [{ layer: 0, cosine: 1 }, { layer: 2, cosine: 0 }]); // prettier-ignore
    const parts = [{ file: at("mood.json"), weight: 1 }, { file: at("other.json"), weight: -0.5 }]; // prettier-ignore
    const sum = await combineFiles(parts, at("sum.json"));
    assert.deepEqual(
      (await readDirection(at("sum.json"), subject)).vectors.get(2),
      Float32Array.of(0, 5, 2.5),
    );
    assert.deepEqual([sum.method, sum.layers[0]!.norm, sum.layers[0]!.accuracy], ["combined", 0, null]);
    assert.deepEqual(sum.parts, [{ name: "mood", weight: 1 }, { name: "other", weight: -0.5 }]); // prettier-ignore
  });

  it("are not added up or compared across hooks, widths and models", async () => {
    await write();
    const parts = (name: string) => [{ file: at("mood.json"), weight: 1 }, { file: at(name), weight: 1 }]; // prettier-ignore
    await write("hook.json", { hook: "hook_resid_pre" });
    await assert.rejects(compareFiles(at("mood.json"), at("hook.json")), { code: "direction-width" });
    await write("wide.json", {}, new Map([[0, Float32Array.of(1)], [2, Float32Array.of(2)]])); // prettier-ignore
    await assert.rejects(combineFiles(parts("wide.json"), at("sum.json")), { code: "direction-width" });
    await write("model.json", { model: { path: null, digest: "xyz" } });
    await assert.rejects(combineFiles(parts("model.json"), at("sum.json")), {
      code: "direction-of-another-model",
    });
    await write(
      "layers.json",
      { layers: [layer(1)], bestLayer: 1 },
      new Map([[1, Float32Array.of(1, 1, 1)]]),
    );
    await assert.rejects(combineFiles(parts("layers.json"), at("sum.json")), {
      message: /no layer in common/,
    });
  });

  it("are exported as arrays and as a control vector, which leaves block 0 out and says so", async () => {
    await write();
    assert.deepEqual(await exportFile(at("mood.json"), "gguf", at("m.gguf")), {
      file: at("m.gguf"),
      format: "gguf",
      layers: [2],
      left: [0],
    });
    assert.match(readFileSync(at("m.gguf"), "latin1"), /llama/);
    await exportFile(at("mood.json"), "npz", at("m.npz"));
    assert.deepEqual(readFileSync(at("m.npz")), readFileSync(at("mood.npz")));
    await write("first.json", { layers: [layer(0)], bestLayer: 0 }, new Map([[0, Float32Array.of(1, 1, 1)]]));
    await assert.rejects(exportFile(at("first.json"), "gguf", at("f.gguf")), { code: "bad-request" });
    await write("pre.json", { hook: "hook_resid_pre" });
    await assert.rejects(exportFile(at("pre.json"), "gguf", at("p.gguf")), { code: "bad-request" });
  });
});
