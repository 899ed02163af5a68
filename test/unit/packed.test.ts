import assert from "node:assert/strict";
import fs from "node:fs";
import { inRepo } from "../support/paths";

interface Packed {
  complaints(what: { names: readonly string[]; bytes: number; panels: readonly string[] }): string[];
}

const model = "extension/models/introspect-small";
const runtime = "extension/dist/node_modules/onnxruntime-node";
const good = [
  "extension.vsixmanifest",
  "[Content_Types].xml",
  ...["package.json", "package.nls.json", "readme.md", "changelog.md", "LICENSE.txt"].map(
    (n) => `extension/${n}`,
  ),
  ...["extension", "engine", "cli", "rasp", "webview/lens", "webview/guard"].map(
    (n) => `extension/dist/${n}.js`,
  ),
  "extension/dist/webview/lens.css",
  "extension/dist/webview/plotly.css",
  `${runtime}/package.json`,
  `${runtime}/dist/index.js`,
  `${runtime}/bin/napi-v6/linux/x64/onnxruntime_binding.node`,
  `${runtime}/bin/napi-v6/linux/x64/libonnxruntime.so.1`,
  "extension/media/icon.png",
  "extension/media/sample/stories.md",
  "extension/media/sample/rasp/sort.rasp",
  "extension/media/languages/rasp.tmLanguage.json",
  "extension/models/catalogue.json",
  ...["config.json", "tokenizer.json", "README.md"].map((n) => `${model}/${n}`),
  ...["model", "records", "lens"].map((n) => `${model}/${n}.safetensors`),
  "extension/l10n/bundle.l10n.json",
];

describe("a packed extension", () => {
  let complaints: Packed["complaints"];
  before(async () => {
    ({ complaints } = (await import(inRepo("scripts/lib/packed.mjs"))) as Packed);
  });
  const of = (names: readonly string[], bytes = 25e6): string[] =>
    complaints({ names, bytes, panels: ["lens"] });

  it("passes with all that runs and nothing else", () => {
    assert.deepEqual(of(good), []);
    assert.deepEqual(of(good, 45e6), []);
  });

  it("is refused when it is larger than 45 MB", () =>
    assert.deepEqual(of(good, 45.1e6), ["It has 45.1 MB, more than 45."]));

  for (const name of good.filter((one) => !/media|l10n|README|package\.json$|dist\/index/.test(one))) {
    it(`is refused without ${name}`, () => assert.equal(of(good.filter((one) => one !== name)).length, 1));
  }

  for (const name of [
    "extension/src/extension/activate.ts",
    "extension/test/unit/packed.test.ts",
    "extension/dist/extension.js.map",
    "extension/dist/webview/lens.js.map",
    "extension/node_modules/mocha/index.js",
    "extension/media/docs/lens.png.orig",
    `${model}/evaluation.json`,
    `${runtime}/bin/napi-v6/win32/x64/DirectML.dll.txt`,
    "extension/.env",
  ]) {
    it(`is refused with ${name}`, () =>
      assert.deepEqual(of([...good, name]), [`${name} should not be there.`]));
  }

  it("leaves out only what is there", () => {
    for (const name of ["reference", "evaluation", "curve"])
      assert.ok(fs.existsSync(inRepo(`models/introspect-small/${name}.json`)), name);
  });
});
