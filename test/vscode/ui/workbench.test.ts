import assert from "node:assert/strict";
import fs from "node:fs";
import { openWorkbench, type Workbench } from "./support/workbench";

describe("the workbench with the extension", () => {
  let workbench: Workbench;

  before(async () => {
    workbench = await openWorkbench();
  });

  it("opens a file of the sample and selects in it", async () => {
    await workbench.openFile("search.ts");
    await workbench.selectText("export function");
    const file = await workbench.screenshot("workbench-selection");
    assert.ok(fs.statSync(file).size > 10_000);
  });

  it("shows no error notification", async () => {
    const texts = await workbench.notifications();
    assert.deepEqual(texts, []);
  });
});
