import assert from "node:assert/strict";
import { pictures, raspData } from "./fixtures/rasp";
import { openRasp as open, ready } from "./support/rasp";

describe("RASP page: its example", () => {
  it("says where the program sets its example that a change is written there", async () => {
    const panel = await open(raspData(pictures.sort(), { exampleIsOwn: true }));
    const words = panel.page.getByText("The program sets it; Run changes the line there.");
    await words.waitFor();
    await panel.send(ready(raspData(), 2));
    await words.waitFor({ state: "hidden" });
    await panel.close();
  });

  it("numbers the newest positions of a text that grows", async () => {
    const picture = { ...pictures.sort(), first: 36, leftOut: 36 };
    const panel = await open(raspData(picture));
    await panel.page.getByText("The newest 5 positions are drawn; the 36 before them are not.").waitFor();
    assert.deepEqual(await panel.page.locator(".selector-grid .axis-x").allInnerTexts(), [
      ..."36 37 38 39 40".split(" "),
    ]);
    await panel.close();
  });

  it("draws the line under the last result", async () => {
    const panel = await open(raspData());
    const covered = await panel.page.evaluate(() => {
      const { left, right, bottom } = [...document.querySelectorAll(".value.result")]
        .at(-1)!
        .getBoundingClientRect();
      return document.elementFromPoint((left + right) / 2, bottom - 0.5)?.className ?? "";
    });
    assert.match(covered, /value/);
    await panel.close();
  });
});
