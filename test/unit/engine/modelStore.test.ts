import assert from "node:assert/strict";
import {
  appendFileSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CancelSource } from "../../../src/base/cancel";
import { silentLogger } from "../../../src/base/log";
import { ModelStore } from "../../../src/engine/modelStore";
import { inRepo } from "../../support/paths";

const files = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];

/** A copy of the bundled model that a test may harm. */
function copyModel(): string {
  const folder = mkdtempSync(join(tmpdir(), "introspect-model-"));
  for (const file of files) copyFileSync(inRepo("models/introspect-small", file), join(folder, file));
  return folder;
}

describe("ModelStore", () => {
  const cacheDirectory = mkdtempSync(join(tmpdir(), "introspect-cache-"));
  const store = new ModelStore({ cacheDirectory, logger: silentLogger });
  let folder: string;
  const logits = async (): Promise<number[]> => {
    const { open } = await store.get(folder);
    return [...(await open.runner.logitsAt({ ids: [1, 2, 3], position: -1 })).logits];
  };

  beforeEach(() => {
    folder = copyModel();
  });
  after(() => store.dispose());

  it("opens a model once for calls that come together", async () => {
    const [a, b] = await Promise.all([store.get(folder), store.get(folder)]);
    assert.equal(a, b);
  });

  it("opens a model anew when its weights were replaced", async () => {
    const before = await logits();
    const weights = readFileSync(join(folder, "model.safetensors"));
    const length = Number(weights.readBigUInt64LE(0));
    // Turns the sign of a stretch of 16-bit weights: other numbers of the same size in the same place.
    for (let i = 8 + length + 1; i < 8 + length + 400_000; i += 2) weights[i] ^= 0x80;
    writeFileSync(join(folder, "new"), weights);
    renameSync(join(folder, "new"), join(folder, "model.safetensors"));
    assert.notDeepEqual(await logits(), before);
  });

  it("opens a model anew when its weights were overwritten in place", async () => {
    const before = await logits();
    const held = await store.get(folder);
    const weights = join(folder, "model.safetensors");
    writeFileSync(weights, readFileSync(weights));
    utimesSync(weights, new Date(), new Date(Date.now() + 5000));
    assert.notEqual(await store.get(folder), held);
    assert.deepEqual(await logits(), before);
  });

  it("tells a question about numbers that the model was changed, once, and goes on with the new one", async () => {
    const held = await store.getUnchanged(folder);
    assert.equal(await store.getUnchanged(folder), held);
    const weights = join(folder, "model.safetensors");
    writeFileSync(weights, readFileSync(weights));
    utimesSync(weights, new Date(), new Date(Date.now() + 5000));
    await assert.rejects(store.getUnchanged(folder), { code: "model-changed" });
    assert.notEqual(await store.getUnchanged(folder), held);
  });

  const harms: [what: string, harm: (folder: string) => void, code: string][] = [
    ["were cut short", (f) => truncateSync(join(f, "model.safetensors"), 1_000_000), "weights-malformed"],
    [
      "grew by bytes that no tensor has",
      (f) => appendFileSync(join(f, "model.safetensors"), "more"),
      "weights-malformed",
    ],
    ["vanished", (f) => rmSync(join(f, "model.safetensors")), "weights-missing"],
    ["vanished with their folder", (f) => rmSync(f, { recursive: true }), "folder-missing"],
    ["lost their config.json", (f) => rmSync(join(f, "config.json")), "config-missing"],
  ];
  for (const [what, harm, code] of harms) {
    it(`says so when the model's files ${what} while it is in use, and goes on once they are back`, async () => {
      const before = await logits();
      harm(folder);
      await assert.rejects(logits(), (error: Error & { code?: string; next?: string }) => {
        assert.equal(error.code, code);
        assert.ok(error.message.length > 10 && (error.next?.length ?? 0) > 10, error.message);
        return true;
      });
      const repaired = copyModel();
      folder = repaired;
      assert.deepEqual(await logits(), before);
    });
  }

  it("gives up an opening that nobody waits for any more", async () => {
    const source = new CancelSource();
    const work = store.get(folder, { signal: source.signal });
    source.cancel();
    await assert.rejects(work, { code: "cancelled" });
    assert.ok((await store.get(folder)).open.info.nLayers > 0);
  });

  it("keeps the opening for the others when one of several callers leaves", async () => {
    const source = new CancelSource();
    const left = store.get(folder, { signal: source.signal });
    const stays = store.get(folder);
    source.cancel();
    await assert.rejects(left, { code: "cancelled" });
    assert.ok((await stays).open.info.nLayers > 0);
  });

  it("opens anew for a call that follows a cancelled one at once, as typing does", async () => {
    const source = new CancelSource();
    const first = store.get(folder, { signal: source.signal });
    source.cancel();
    const second = store.get(folder);
    await assert.rejects(first, { code: "cancelled" });
    assert.ok((await second).open.info.nLayers > 0);
  });

  it("ends an opening when the last of several callers leaves, and tells each at once", async () => {
    const sources = [new CancelSource(), new CancelSource()];
    const calls = sources.map(({ signal }) => store.get(folder, { signal }));
    sources.forEach((source) => source.cancel());
    for (const call of calls) await assert.rejects(call, { code: "cancelled" });
    assert.ok((await store.get(folder)).open.info.nLayers > 0);
  });

  it("finds a tokenizer that was added, as the sentence about its absence asks", async () => {
    rmSync(join(folder, "tokenizer.json"));
    assert.equal((await store.get(folder)).open.tokenizer, null);
    copyFileSync(inRepo("models/introspect-small/tokenizer.json"), join(folder, "tokenizer.json"));
    assert.notEqual((await store.get(folder)).open.tokenizer, null);
  });

  it("does not believe records that were made for other weights", async () => {
    const records = join(folder, "records.safetensors");
    copyFileSync(inRepo("models/introspect-small/records.safetensors"), records);
    assert.notEqual(await (await store.get(folder)).records(), null);
    const weights = readFileSync(join(folder, "model.safetensors"));
    weights[weights.length - 1] ^= 0x80;
    writeFileSync(join(folder, "model.safetensors"), weights);
    assert.equal(await (await store.get(folder)).records(), null);
  });

  it("warns when the tokenizer is far smaller than the model's vocabulary", async () => {
    assert.equal((await store.get(folder)).open.info.warnings, undefined);
    const tokenizer = JSON.parse(readFileSync(join(folder, "tokenizer.json"), "utf8")) as {
      added_tokens: unknown[];
      model: { vocab: Record<string, number>; merges: unknown[] };
    };
    const small = Object.entries(tokenizer.model.vocab).filter(([, id]) => id < 256);
    tokenizer.model.vocab = Object.fromEntries(small);
    tokenizer.model.merges = [];
    tokenizer.added_tokens = [];
    writeFileSync(join(folder, "tokenizer.json"), JSON.stringify(tokenizer));
    assert.match((await store.get(folder)).open.info.warnings?.[0] ?? "", /another model/);
  });
});
