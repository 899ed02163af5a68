import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { openModel } from "../../../src/engine/model";
import { listModels } from "../../../src/engine/modelList";
import { hubCacheFolder, hubSnapshots } from "../../../src/engine/store/hubCache";
import { decodeCatalogue, downloadSize, isPinned } from "../../../src/protocol/catalogue";
import type { ListedModel, ModelListRequest } from "../../../src/protocol/modelList";
import { inRepo } from "../../support/paths";
import { useTempFolder, writeFiles } from "../../support/tempFolder";
import { writeTinyCheckpoint } from "../../support/tinyCheckpoint";
import { tinyModel } from "../../support/tinyModel";

const shape = {
  nLayers: 2,
  nHeads: 2,
  dModel: 8,
  dMlp: 12,
  dVocab: 300,
  nCtx: 16,
  kind: "gpt",
  seed: 1,
} as const;
const catalogueText = fs.readFileSync(inRepo("models/catalogue.json"), "utf8");
const catalogue = decodeCatalogue(JSON.parse(catalogueText));
const [first, second] = ["a".repeat(40), "b".repeat(40)];

describe("the list of models", () => {
  const temp = useTempFolder();
  const hub = (...parts: string[]) => path.join(temp(), "hub", ...parts);
  const cacheDirectory = () => path.join(temp(), "cache");
  const bundled = () => path.join(temp(), "bundled");

  beforeEach(() => {
    fs.mkdirSync(bundled());
    checkpoint(bundled());
  });

  function checkpoint(folder: string): void {
    writeTinyCheckpoint(folder, tinyModel(shape));
    writeFiles(folder, { "tokenizer.json": { model: {} } });
  }

  /** A snapshot as huggingface_hub makes it: every file a relative link to a blob that is named by its checksum. */
  function snapshot(repository: string, revision: string, from: string): string {
    const blobs = hub(repository, "blobs");
    const folder = hub(repository, "snapshots", revision);
    fs.mkdirSync(blobs, { recursive: true });
    fs.mkdirSync(folder, { recursive: true });
    for (const name of fs.readdirSync(from)) {
      fs.copyFileSync(path.join(from, name), path.join(blobs, `${revision.slice(0, 6)}-${name}`));
      fs.symlinkSync(
        path.join("..", "..", "blobs", `${revision.slice(0, 6)}-${name}`),
        path.join(folder, name),
      );
    }
    return folder;
  }

  const list = (request: Partial<ModelListRequest> = {}, memoryBudget = 4e9) =>
    listModels(
      { bundled: bundled(), used: [], catalogue: [], ...request },
      { cacheDirectory: cacheDirectory(), hubCache: hub(), memoryBudget },
    );
  const listed = async (...args: Parameters<typeof list>): Promise<readonly ListedModel[]> =>
    (await list(...args)).models;

  it("begins with the bundled model and says what opening it will take", async () => {
    const [{ source, name, family, parameters, needed, fits, problem }] = await listed();
    assert.deepEqual([source, name, family, fits, problem], ["bundled", "bundled", "gpt2", true, undefined]);
    assert.ok(parameters !== null && needed !== null && needed > 4 * parameters);
  });

  it("says of a folder what opening it says: too large by the same number, at the same budget", async () => {
    const real = inRepo("models/introspect-small");
    const [{ needed, parameters, fits }] = await listed({ bundled: real });
    assert.ok(needed !== null && fits === true);
    const options = { cacheDirectory: cacheDirectory() };
    const open = await openModel(real, { ...options, memoryBudget: needed });
    assert.equal(open.info.nParams, parameters);
    open.dispose();
    await assert.rejects(openModel(real, { ...options, memoryBudget: needed - 1 }), { code: "too-large" });
    const [small] = await listed({ bundled: real }, needed - 1);
    assert.deepEqual([small.fits, small.problem?.code], [false, "too-large"]);
  });

  it("has folders used before, each real folder once", async () => {
    const mine = path.join(temp(), "mine");
    fs.mkdirSync(mine);
    checkpoint(mine);
    fs.symlinkSync(mine, path.join(temp(), "link"));
    const gone = path.join(temp(), "gone");
    const models = await listed({ used: [mine, path.join(temp(), "link"), gone, bundled()] });
    assert.deepEqual(
      models.map(({ source, name, problem }) => [source, name, problem?.code]),
      [
        ["bundled", "bundled", undefined],
        ["used", "mine", undefined],
        ["used", "gone", "folder-missing"],
      ],
    );
  });

  it("has every snapshot of the Hugging Face cache, that of main first, sizes of the blobs behind its links", async () => {
    snapshot("models--org--tiny", first, bundled());
    const main = snapshot("models--org--tiny", second, bundled());
    writeFiles(hub("models--org--tiny", "refs"), { main: second });
    snapshot("models--alone", first, bundled());
    const models = (await listed()).slice(1);
    assert.deepEqual(
      models.map(({ source, name, revision }) => [source, name, revision]),
      [
        ["cache", "alone", first],
        ["cache", "org/tiny", second],
        ["cache", "org/tiny", first],
      ],
    );
    const bytes = fs
      .readdirSync(bundled())
      .reduce((sum, n) => sum + fs.statSync(path.join(bundled(), n)).size, 0);
    assert.ok(models.every((model) => model.problem === undefined && model.bytes === bytes));
    const [used] = (await listed({ used: [main] })).slice(1);
    assert.deepEqual([used.source, used.name, used.revision], ["used", "org/tiny", second]);
  });

  const broken: [string, string, (folder: string, repository: string) => void][] = [
    [
      "whose weights are a broken link",
      "weights-missing",
      (_, repository) => {
        fs.rmSync(path.join(repository, "blobs", "aaaaaa-model.safetensors"));
      },
    ],
    ["without settings", "config-missing", (folder) => fs.rmSync(path.join(folder, "config.json"))],
    [
      "whose settings are a broken link",
      "config-missing",
      (_, repository) => {
        fs.rmSync(path.join(repository, "blobs", "aaaaaa-config.json"));
      },
    ],
    ["without a tokenizer", "no-tokenizer", (folder) => fs.rmSync(path.join(folder, "tokenizer.json"))],
    [
      "whose tokenizer is a broken link",
      "no-tokenizer",
      (_, repository) => {
        fs.rmSync(path.join(repository, "blobs", "aaaaaa-tokenizer.json"));
      },
    ],
    [
      "of a family not known",
      "unknown-family",
      (folder) => {
        fs.rmSync(path.join(folder, "config.json"));
        writeFiles(folder, { "config.json": { model_type: "bert" } });
      },
    ],
    [
      "with weights of another kind",
      "weights-not-safetensors",
      (folder) => {
        fs.rmSync(path.join(folder, "model.safetensors"));
        writeFiles(folder, { "pytorch_model.bin": "x" });
      },
    ],
    [
      "whose weights are half there",
      "weights-malformed",
      (folder) => {
        const bytes = fs.readFileSync(path.join(folder, "model.safetensors"));
        fs.rmSync(path.join(folder, "model.safetensors"));
        fs.writeFileSync(path.join(folder, "model.safetensors"), bytes.subarray(0, bytes.length / 2));
      },
    ],
    [
      "that is a circle of links",
      "config-missing",
      (folder) => {
        fs.rmSync(path.join(folder, "config.json"));
        fs.symlinkSync("config.json", path.join(folder, "config.json"));
      },
    ],
  ];
  for (const [what, code, harm] of broken) {
    it(`shows a snapshot ${what} with the reason`, async () => {
      harm(snapshot("models--org--tiny", first, bundled()), hub("models--org--tiny"));
      const [model] = (await listed()).slice(1);
      assert.equal(model.name, "org/tiny");
      assert.ok(model.problem !== undefined, "it has a reason");
      if (what !== "that is a circle of links") assert.equal(model.problem.code, code);
      assert.ok(!model.problem.message.includes(temp()), model.problem.message);
      assert.match(model.problem.next ?? "", /\.$/);
    });
  }

  it("passes over what is no model: data sets, files, empty folders", async () => {
    fs.mkdirSync(hub("datasets--org--data", "snapshots", first), { recursive: true });
    fs.mkdirSync(hub("models--org--empty"), { recursive: true });
    writeFiles(hub(), { "version.txt": "1", "models--file": "x" });
    writeFiles(hub("models--org--odd", "snapshots"), { file: "x" });
    assert.equal((await listed()).length, 1);
    assert.deepEqual(await hubSnapshots(path.join(temp(), "nowhere")), []);
  });

  it("has what was downloaded, and no folder that is unfinished or something else", async () => {
    const downloads = path.join(cacheDirectory(), "models");
    for (const name of ["org--tiny", "org--half.partial", "other"]) {
      fs.mkdirSync(path.join(downloads, name), { recursive: true });
      checkpoint(path.join(downloads, name));
    }
    const record = { name: "org/tiny", revision: first };
    writeFiles(path.join(downloads, "org--tiny"), { "introspect-download.json": record });
    const answer = await list();
    assert.equal(answer.downloads, downloads);
    assert.ok(answer.free !== null && answer.free > 0);
    assert.deepEqual(
      answer.models.slice(1).map(({ source, name, revision }) => [source, name, revision]),
      [["downloaded", "org/tiny", first]],
    );
  });

  it("ends with the catalogue: what it takes, whether it fits, what an earlier try has left", async () => {
    const partial = path.join(cacheDirectory(), "models", "openai-community--gpt2.partial");
    writeFiles(partial, { "model.safetensors.part": new Uint8Array(1000) });
    const models = (await listed({ catalogue }, 2e9)).slice(1);
    assert.deepEqual(
      models.map(({ name }) => name),
      catalogue.map(({ name }) => name),
    );
    assert.ok(models.every(({ source, path }) => source === "catalogue" && path === null));
    const gpt2 = models.find(({ name }) => name === "openai-community/gpt2");
    assert.equal(gpt2?.begun, 1000);
    assert.ok(gpt2.needed !== null && gpt2.needed > 4 * 124_439_808 && gpt2.needed < 1e9);
    const fits = models.filter(({ fits }) => fits).map(({ name }) => name);
    assert.ok(fits.includes("openai-community/gpt2") && !fits.includes("Qwen/Qwen2.5-0.5B"), fits.join(" "));
  });

  it("leaves out of the catalogue what is on the machine and works", async () => {
    snapshot("models--openai-community--gpt2", first, bundled());
    const names = async () =>
      (await listed({ catalogue })).filter(({ source }) => source === "catalogue").map(({ name }) => name);
    assert.ok(!(await names()).includes("openai-community/gpt2"));
    fs.rmSync(hub("models--openai-community--gpt2", "blobs", "aaaaaa-model.safetensors"));
    assert.ok((await names()).includes("openai-community/gpt2"));
  });

  const places: [string, Record<string, string>, string][] = [
    ["by default", {}, "/home/me/.cache/huggingface/hub"],
    ["by HF_HUB_CACHE", { HF_HUB_CACHE: "/hub", HF_HOME: "/hf" }, "/hub"],
    ["by its older name", { HUGGINGFACE_HUB_CACHE: "/old", HF_HOME: "/hf" }, "/old"],
    ["by HF_HOME", { HF_HOME: "~/hf" }, "/home/me/hf/hub"],
    ["by the user's cache folder", { XDG_CACHE_HOME: "/xdg" }, "/xdg/huggingface/hub"],
    [
      "by default where variables are empty",
      { HF_HUB_CACHE: "", HF_HOME: " " },
      "/home/me/.cache/huggingface/hub",
    ],
  ];
  for (const [what, env, folder] of places) {
    it(`finds the cache ${what}`, () => {
      assert.equal(hubCacheFolder({ env, home: "/home/me" }), path.resolve(folder));
    });
  }
});

describe("models/catalogue.json", () => {
  it("has pinned revisions, and sizes that go with the parameters: two or four bytes each", () => {
    assert.ok(catalogue.length >= 5);
    for (const entry of catalogue) {
      assert.ok(isPinned(entry.revision), entry.name);
      const { bytes } = downloadSize(entry);
      const each = bytes / entry.parameters;
      assert.ok((each > 2 && each < 2.5) || (each > 4 && each < 4.6), `${entry.name}: ${each}`);
    }
  });

  it("has the parameters that its sizes give", () => {
    for (const { name, parameters, sizes } of catalogue) assert.equal(parametersOf(sizes), parameters, name);
  });

  it("brings everything that opening a model takes", () => {
    for (const { files } of catalogue) {
      const names = files.map(({ name }) => name);
      for (const name of ["config.json", "tokenizer.json", "model.safetensors"])
        assert.ok(names.includes(name));
    }
  });

  type Sizes = (typeof catalogue)[number]["sizes"];

  /** Counted from the sizes alone, by what each family's blocks consist of. */
  function parametersOf({
    family,
    nLayers: L,
    nHeads,
    nKvHeads,
    dModel: d,
    dHead,
    dMlp: m,
    dVocab: V,
    nCtx,
  }: Sizes): number {
    const q = nHeads * dHead;
    const kv = nKvHeads * dHead;
    const biased = d * q + q + 2 * (d * kv + kv) + q * d + d + (d * m + m) + (m * d + d) + 4 * d;
    const gated = d * q + 2 * d * kv + q * d + 3 * d * m + 2 * d;
    switch (family) {
      case "gpt2":
        return V * d + nCtx * d + L * biased + 2 * d;
      case "gpt_neox":
        return 2 * V * d + L * biased + 2 * d;
      case "llama":
        return V * d + L * gated + d;
      case "qwen2":
        return V * d + L * (gated + q + 2 * kv) + d;
      default:
        throw new Error(family);
    }
  }

  const entry = JSON.parse(catalogueText).models[0] as Record<string, unknown>;
  const file = (change: Record<string, unknown>) => ({
    ...entry,
    files: [{ name: "config.json", ...change }],
  });
  const wrong: [string, unknown][] = [
    ["another version", { version: 2, models: [] }],
    ["no list", { version: 1, models: {} }],
    ["a name twice", { version: 1, models: [entry, entry] }],
    ["no files", { version: 1, models: [{ ...entry, files: [] }] }],
    ["a name that leaves its folder", { version: 1, models: [{ ...entry, name: "../.." }] }],
    ["a file that leaves its folder", { version: 1, models: [file({ name: "../config.json" })] }],
    ["a hidden file", { version: 1, models: [file({ name: ".bashrc" })] }],
    ["half a checksum", { version: 1, models: [file({ sha256: "abc" })] }],
    ["a negative size", { version: 1, models: [file({ size: -1 })] }],
    ["a revision with a path", { version: 1, models: [{ ...entry, revision: "a/../b" }] }],
    ["a field that is misspelt", { version: 1, models: [{ ...entry, license: "MIT" }] }],
  ];
  for (const [what, value] of wrong) {
    it(`with ${what} is refused`, () => {
      assert.throws(() => decodeCatalogue(value), { name: "DecodeError" });
    });
  }
});
