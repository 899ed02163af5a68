import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { deleteDownload } from "../../../src/download/deleteDownload";
import { downloadRecordName } from "../../../src/protocol/modelList";
import { useTempFolder } from "../../support/tempFolder";

describe("deleting a downloaded model", () => {
  const folder = useTempFolder();

  function model(name: string, record: string | null = '{"version":1,"files":[]}'): string {
    const path = join(folder(), name);
    fs.mkdirSync(path, { recursive: true });
    fs.writeFileSync(join(path, "model.safetensors"), "weights");
    if (record !== null) fs.writeFileSync(join(path, downloadRecordName), record);
    return path;
  }

  it("takes its own folder away, whole, and no other", async () => {
    const [path, other] = [model("a--b"), model("a--c")];
    await deleteDownload(path, folder());
    assert.deepEqual([fs.existsSync(path), fs.existsSync(`${path}.deleted`)], [false, false]);
    assert.ok(fs.existsSync(join(other, "model.safetensors")));
  });

  it("leaves what a link in it leads to", async () => {
    const blob = join(folder(), "blob");
    fs.writeFileSync(blob, "shared");
    const path = model("with--link");
    fs.symlinkSync(blob, join(path, "tokenizer.json"));
    await deleteDownload(path, folder());
    assert.equal(fs.readFileSync(blob, "utf8"), "shared");
  });

  const refused: [string, () => [path: string, downloads: string]][] = [
    ["without a download's record", () => [model("mine", null), folder()]],
    ["with a record that cannot be read", () => [model("odd", "{"), folder()]],
    ["that lies deeper", () => [model("cache/snapshots"), folder()]],
    ["that lies elsewhere", () => [model("far"), join(folder(), "downloads")]],
    ["that is the folder of downloads", () => [folder(), folder()]],
    [
      "that is a link",
      () => {
        const link = join(folder(), "link");
        fs.symlinkSync(model("target"), link);
        return [link, folder()];
      },
    ],
  ];
  for (const [what, make] of refused) {
    it(`refuses a folder ${what}, and leaves it as it is`, async () => {
      const [path, downloads] = make();
      await assert.rejects(deleteDownload(path, downloads), { code: "not-downloaded" });
      assert.ok(fs.existsSync(path));
    });
  }
});
