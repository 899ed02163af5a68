import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { importsOf, layerOf, objection } from "../support/layers";
import { inRepo, repoRoot } from "../support/paths";

function sources(folder: string): string[] {
  const start = inRepo(folder);
  if (!fs.existsSync(start)) return [];
  return fs
    .readdirSync(start, { recursive: true, encoding: "utf8" })
    .filter((f) => f.endsWith(".ts"))
    .map((f) => path.relative(repoRoot, path.join(start, f)).split(path.sep).join("/"));
}

const files = [...sources("src"), ...sources("webview")];
const read = (file: string) => fs.readFileSync(inRepo(file), "utf8");

describe("layers", () => {
  it("every import is one that the table allows", () => {
    const wrong = files.flatMap((file) =>
      importsOf(read(file)).flatMap((specifier) => {
        const why = objection(file, specifier);
        return why ? [`${file}: "${specifier}": ${why}`] : [];
      }),
    );
    assert.deepEqual(wrong, []);
  });

  it("there are no barrel files and no default exports", () => {
    const wrong = files.flatMap((file) => {
      const text = read(file);
      return [
        ...(path.basename(file) === "index.ts" ? [`${file}: a barrel`] : []),
        ...(/^export \* from/m.test(text) ? [`${file}: export * from`] : []),
        ...(/^export default\b/m.test(text) ? [`${file}: a default export`] : []),
      ];
    });
    assert.deepEqual(wrong, []);
  });

  it("finds imports of every form", () => {
    const text = `
      import a from "./a"; import type { B } from "./b"; export { c } from "./c"; export * from "./d";
      type E = import("./e").E; const f = () => import("./f"); import "./g";`;
    assert.deepEqual(importsOf(text).sort(), ["./a", "./b", "./c", "./d", "./e", "./f", "./g"]);
  });

  it("assigns a file to the longest folder", () => {
    assert.equal(layerOf("src/rasp/parser.ts"), "rasp");
    assert.equal(layerOf("src/rasp/compiler/lower.ts"), "rasp/compiler");
    assert.equal(layerOf("webview/plots/heatmap.ts"), "webview");
  });

  const cases: [string, string, boolean][] = [
    ["src/base/log.ts", "../tensor/dtype", false],
    ["src/extension/activate.ts", "vscode", true],
    ["src/extension/activate.ts", "../engine/server", false],
    ["src/extension/activate.ts", "../rasp/parser", true],
    ["src/extension/activate.ts", "../rasp/compiler/lower", false],
    ["src/rasp/parser.ts", "./compiler/lower", false],
    ["src/engine/ort.ts", "onnxruntime-node", true],
    ["src/engine/server.ts", "onnxruntime-node", false],
    ["src/engine/server.ts", "vscode", false],
    ["src/graph/builder.ts", "node:fs", false],
    ["src/cli/main.ts", "node:fs/promises", true],
    ["src/tensor/dtype.ts", "lodash", false],
    ["src/download/request.ts", "https", true],
    ["src/download/request.ts", "node:https", false],
    ["src/engine/model.ts", "http", false],
    ["src/extension/model/models.ts", "node:net", false],
    ["src/download/request.ts", "../engine/model", false],
    ["src/engine/main.ts", "../download/request", false],
    ["src/cli/commands/download.ts", "../../download/downloadModel", true],
    ["src/tokenizer/load.ts", "@huggingface/tokenizers", true],
    ["webview/plots/plotly.ts", "plotly.js/lib/core", true],
    ["webview/plots/heatmap.ts", "plotly.js/lib/core", false],
    ["webview/panels/lens/main.ts", "../../../src/protocol/panel", true],
    ["webview/panels/lens/main.ts", "../../../src/rasp/parser", false],
    ["webview/panels/lens/main.ts", "../attention/main", false],
    ["src/analysis/logitLens.ts", "./attention", false],
    ["src/analysis/logitLens.ts", "./common/topK", true],
    ["src/analysis/logitLens.ts", "../../test/support/paths", false],
  ];
  for (const [file, specifier, allowed] of cases) {
    it(`${allowed ? "allows" : "refuses"} ${specifier} in ${file}`, () => {
      const why = objection(file, specifier);
      assert.equal(why === null, allowed, why ?? "no objection");
    });
  }
});
