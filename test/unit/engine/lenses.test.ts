import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LensColumns } from "../../../src/analysis/lens/columns";
import { lensView, predictionDepth } from "../../../src/analysis/lens";
import { lensDepths } from "../../../src/analysis/lens/depths";
import { HeldLenses, openLens } from "../../../src/engine/lenses";
import { openModel, type OpenModel } from "../../../src/engine/model";
import { type LensContents, readLensFile, writeLensFile } from "../../../src/engine/store/lensFile";
import { buildRunWindow } from "../../../src/engine/window";
import { writeSafetensors } from "../../../src/formats/safetensorsWriter";
import type { Translate } from "../../../src/graph/lensMath";
import { inRepo } from "../../support/paths";
import { removeFolder, useTempFolder } from "../../support/tempFolder";

const model = inRepo("models/introspect-small");
const shipped = join(model, "lens.safetensors");
const text = "export async function read(path: string): Promise<string> {\n  return read";

describe("trained lenses", function () {
  this.timeout(60_000);
  const folder = useTempFolder();
  const cacheDirectory = mkdtempSync(join(tmpdir(), "introspect-test-"));
  let open: OpenModel;
  let lens: LensContents;
  before(async () => {
    open = await openModel(model, { cacheDirectory, threads: 2 });
    lens = await readLensFile(shipped, open.info);
    // From now on every view begins from the same cached keys, so that equal numbers are equal bits.
    await viewed();
  });
  after(async () => {
    open.dispose();
    await removeFolder(cacheDirectory);
  });

  const viewed = async (translate?: Translate) => {
    const window = buildRunWindow({ kind: "text", text, offset: 0 }, open.tokenizer, open.info.nCtx);
    const request = { window, columns: 8, k: 3, translate, cache: new LensColumns() };
    return { ...(await lensView(open.runner, open.vocabulary, request)), engineMs: 0 };
  };
  const write = async (name: string, change: Partial<LensContents>): Promise<string> => {
    const path = join(folder(), name);
    await writeLensFile(path, { ...lens, ...change });
    return path;
  };
  const zeros = () => lens.translators.map(({ a, b }) => ({ a: a.map(() => 0), b: b.map(() => 0) }));

  it("ships one that is nearer to the output than the logit lens and than chance, at every layer", () => {
    assert.equal(lens.facts.heldOut.layers.length, open.info.nLayers);
    for (const { logit, trained, random, worse } of lens.facts.heldOut.layers) {
      assert.ok(trained < logit && trained < random);
      assert.equal(worse, undefined);
    }
    assert.ok(readFileSync(shipped).length <= 1_000_000);
  });

  it("are the logit lens to the last bit while their translators are of zeros", async () => {
    const { translate } = await openLens(open, await write("zero.safetensors", { translators: zeros() }));
    assert.deepEqual(await viewed(translate), await viewed());
  });

  it("change every row but the last, and depth and trajectories with them", async () => {
    const { translate } = await openLens(open, shipped);
    const [raw, read] = [await viewed(), await viewed(translate)];
    const last = open.info.nLayers;
    assert.deepEqual(read.layers[last], raw.layers[last]);
    for (let l = 0; l < last; l++) assert.notDeepEqual(read.layers[l], raw.layers[l]);
    read.depth.forEach((depth, i) =>
      assert.equal(depth, predictionDepth(read.layers.map(({ positions }) => positions[i]))),
    );
    assert.notDeepEqual(read.depth, raw.depth);
    const [best, before] = [read, raw].map(({ trajectories }) => trajectories.at(-1)?.[0]);
    assert.ok(best && before);
    assert.equal(best.logProb[last], before.logProb[last]);
    assert.notEqual(best.logProb[1], before.logProb[1]);
  });

  it("give each token under the trained lens the depth of the column to its left, as the view has it", async () => {
    const { translate } = await openLens(open, shipped);
    const window = buildRunWindow({ kind: "text", text, offset: 0 }, open.tokenizer, open.info.nCtx);
    const range = { start: 0, end: text.length };
    const request = { window, columns: window.ids.length, k: 1, cache: new LensColumns() };
    const depths = await lensDepths(open.runner, { window, range, translate });
    const view = await lensView(open.runner, open.vocabulary, { ...request, translate });
    const first = window.tokens.length - depths.tokens.length;
    depths.depth.forEach((depth, i) => {
      if (depth !== null) assert.equal(depth, view.depth[first + i - 1], `token ${i}`);
    });
    const untrained = await lensDepths(open.runner, { window, range });
    assert.notDeepEqual(depths.depth, untrained.depth);
  });

  it("are read as they were written", async () => {
    const facts = { ...lens.facts, seed: 9 };
    assert.deepEqual(await readLensFile(await write("same.safetensors", { facts }), open.info), {
      ...lens,
      facts,
    });
  });

  it("are refused for another unembedding, and used with a warning where only the rest differs", async () => {
    const other = { ...lens.facts, modelDigest: "0".repeat(64) };
    const warned = await openLens(open, await write("warned.safetensors", { facts: other }));
    assert.match(warned.facts.warning ?? "", /another model/);
    const facts = { ...other, unembedDigest: "1".repeat(64) };
    await assert.rejects(openLens(open, await write("other.safetensors", { facts })), {
      code: "lens-of-another-model",
    });
    assert.equal((await openLens(open, shipped)).facts.warning, undefined);
  });

  it("are refused for other sizes", async () => {
    const path = await write("short.safetensors", { translators: lens.translators.slice(1) });
    await assert.rejects(openLens(open, path), { code: "lens-of-another-model" });
  });

  const metadata = {
    format: "introspect-lens",
    version: "1",
    kind: "tuned",
    modelDigest: "",
    unembedDigest: "",
    nLayers: "4",
    dModel: "192",
  };
  const broken: [string, () => Uint8Array | string][] = [
    ["no safetensors", () => "text"],
    ["half a file", () => readFileSync(shipped).subarray(0, 200_000)],
    ["another format", () => writeSafetensors([], [], { ...metadata, format: "records" })],
    ["a later version", () => writeSafetensors([], [], { ...metadata, version: "2" })],
    ["a kind of the future", () => writeSafetensors([], [], { ...metadata, kind: "jacobian" })],
    ["no account of the fit", () => writeSafetensors([], [], metadata)],
    ["no tensors", () => writeSafetensors([], [], { ...metadata, fit: JSON.stringify(lens.facts) })],
  ];
  for (const [what, bytes] of broken) {
    it(`are refused with ${what}`, async () => {
      const path = join(folder(), "broken.safetensors");
      writeFileSync(path, bytes());
      await assert.rejects(openLens(open, path), { code: "bad-lens" });
    });
  }

  it("are refused with a number that is none", async () => {
    const translators = zeros();
    translators[2].a[5] = NaN;
    const path = await write("nan.safetensors", { translators });
    await assert.rejects(openLens(open, path), { code: "bad-lens" });
  });

  it("lie beside their model, are kept, and are read anew once their file changes", async () => {
    const held = new HeldLenses(open);
    const work = {};
    const first = await held.get(null, work);
    assert.equal(first?.facts.file, shipped);
    assert.equal(await held.get(null, work), first);
    const path = join(folder(), "changing.safetensors");
    copyFileSync(shipped, path);
    const before = await held.get(path, work);
    await write("changing.safetensors", { translators: zeros() });
    const after = await held.get(path, work);
    assert.notEqual(after, before);
  });

  it("that cannot be used leave a view its logit lens and say why", async () => {
    const held = new HeldLenses(open);
    const wanted = { kind: "trained", file: join(folder(), "absent.safetensors") } as const;
    const { lens: none, choice } = await held.choose(wanted, {});
    assert.equal(none, null);
    assert.deepEqual([choice.used, choice.trained, choice.problem?.code], ["logit", null, "bad-lens"]);
    const other = await held.choose({ kind: "trained", file: null }, {});
    assert.equal(other.choice.used, "trained");
    assert.ok(other.lens);
    const raw = await held.choose({ kind: "logit", file: null }, {});
    assert.deepEqual([raw.lens, raw.choice.trained], [null, other.choice.trained]);
  });

  it("are none where the model has none", async () => {
    const bare = join(folder(), "bare");
    mkdirSync(bare);
    for (const name of ["config.json", "model.safetensors", "tokenizer.json"])
      copyFileSync(join(model, name), join(bare, name));
    const alone = await openModel(bare, { cacheDirectory: join(folder(), "cache"), threads: 1 });
    try {
      const { choice } = await new HeldLenses(alone).choose({ kind: "trained", file: null }, {});
      assert.deepEqual(choice, { used: "logit", trained: null });
    } finally {
      alone.dispose();
    }
  });
});
