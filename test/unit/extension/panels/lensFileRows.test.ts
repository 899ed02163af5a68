import assert from "node:assert/strict";
import { lensFileRows } from "../../../../src/extension/panels/lensFileRows";

describe("the files of a trained lens to choose from", () => {
  const cases: [string, string | null | undefined, string, string[], string][] = [
    ["nothing was chosen", undefined, "", ["beside", "ask"], "beside"],
    ["the settings name one", undefined, "/s", ["beside", "setting", "ask"], "setting"],
    ["a file was chosen", "/f", "", ["chosen", "beside", "ask"], "chosen"],
    [
      "one was chosen over that of the settings",
      "/f",
      "/s",
      ["chosen", "beside", "setting", "ask"],
      "chosen",
    ],
    ["the one beside the model was chosen over it", null, "/s", ["beside", "setting", "ask"], "beside"],
  ];
  for (const [when, chosen, setting, offered, current] of cases) {
    it(`always lead back beside the model, where ${when}`, () => {
      const rows = lensFileRows(chosen, setting);
      assert.deepEqual(
        rows.map(({ of }) => of),
        offered,
      );
      assert.deepEqual(
        rows.filter((row) => row.current).map(({ of }) => of),
        [current],
      );
      const { choice } = rows.find(({ of }) => of === "beside")!;
      assert.deepEqual(choice, { file: setting === "" ? undefined : null });
    });
  }
});
