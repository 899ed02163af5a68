import assert from "node:assert/strict";
import { modelNameOf } from "../../../src/base/modelName";

describe("a model is called", () => {
  const revision = "607a30d783dfa663caf39e06633721c8d4cfcd7e";
  const cases: [string, string, string][] = [
    ["by its folder", "/home/a/models/introspect-small", "introspect-small"],
    ["by its folder on Windows too", "C:\\models\\gpt2\\", "gpt2"],
    ["by parent and name where the name says nothing", "/data/stories260K/hf", "stories260K/hf"],
    ["so for a word that means any model", "/data/tiny/Model", "tiny/Model"],
    ["so for a hash", `/data/tiny/${revision}`, `tiny/${revision}`],
    [
      "by its repository in the cache",
      `/c/hub/models--openai-community--gpt2/snapshots/${revision}`,
      "openai-community/gpt2",
    ],
    ["by a repository without an owner", `/c/hub/models--gpt2/snapshots/${revision}`, "gpt2"],
    ["by a name that only begins so", "/data/model-7b", "model-7b"],
    ["by all there is", "hf", "hf"],
    ["by its path where that has no name", "/", "/"],
  ];
  for (const [what, path, name] of cases) it(what, () => assert.equal(modelNameOf(path), name));
});
