import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { addRecent, checkFolder } from "../../../../src/extension/model/checkFolder";
import { removeFolder } from "../../../support/tempFolder";

describe("a folder that is to be a model", () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "introspect-folder-"));
  after(() => removeFolder(folder));

  const cases: [string, string[], string | null][] = [
    ["is none when it is empty", [], "no-config"],
    ["is none with weights alone", ["model.safetensors"], "no-config"],
    ["is none without weights", ["config.json", "tokenizer.json"], "no-weights"],
    ["may be one with weights", ["config.json", "model.safetensors"], null],
    ["may be one with shards", ["config.json", "model.safetensors.index.json"], null],
  ];
  for (const [name, files, expected] of cases) {
    it(name, async () => {
      const here = fs.mkdtempSync(path.join(folder, "case-"));
      for (const file of files) fs.writeFileSync(path.join(here, file), "");
      assert.equal(await checkFolder(here), expected);
    });
  }

  it("is none when it is not there, or is a file", async () => {
    assert.equal(await checkFolder(path.join(folder, "nowhere")), "no-folder");
    fs.writeFileSync(path.join(folder, "file"), "");
    assert.equal(await checkFolder(path.join(folder, "file")), "no-folder");
  });
});

describe("the list of recent models", () => {
  it("begins with the newest, names none twice, and stays short", () => {
    assert.deepEqual(addRecent(["/b", "/a"], "/a"), ["/a", "/b"]);
    assert.deepEqual(addRecent(["/a/"], "/a"), ["/a"]);
    const many = Array.from({ length: 20 }, (_, i) => `/${i}`);
    assert.equal(many.reduce<string[]>((list, folder) => addRecent(list, folder), []).length, 8);
  });
});
