import assert from "node:assert/strict";
import type { LensChoice } from "../../src/protocol/lensFile";
import type { LensPanelData } from "../../src/protocol/lensPanel";
import type { PanelState } from "../../src/protocol/panelApi";
import { lensOf } from "./fixtures/lens";
import { model, sample } from "./fixtures/text";
import { lensChoice, trainedLens } from "./fixtures/trainedLens";
import { assertFits, assertReadable, assertSoon, csvRows, exported } from "./support/checks";
import { openPanel, themeNames, type PanelPage } from "./support/panel";

const ready = (lens: LensChoice | undefined, seq = 1): PanelState<LensPanelData> => ({
  seq,
  status: "ready",
  model,
  document: "fibonacci.py",
  data: { ...lensOf(sample), ...(lens ? { lens } : {}) },
});

async function open(
  lens: LensChoice | undefined,
  options: { theme?: (typeof themeNames)[number]; width?: number } = {},
): Promise<PanelPage<"lens">> {
  const panel = await openPanel("lens", { state: ready(lens), ...options });
  await panel.page.locator("[role=gridcell]").first().waitFor();
  return panel;
}

const figure = ".figure-lens-held-out";
const title = "KL to the output on held-out text";

describe("the trained lens in the lens page", () => {
  it("is switched to and back, and each is said what it is", async () => {
    const panel = await open(lensChoice("logit"));
    const { page } = panel;
    assert.equal(await page.getByRole("radio", { name: "Logit lens" }).isChecked(), true);
    await page.getByRole("radio", { name: "Trained lens" }).check({ force: true });
    await assertSoon(() => panel.requests.at(-1), { method: "lens/choose", params: { kind: "trained" } });
    await panel.send(ready(lensChoice("trained"), 2));
    assert.equal(await page.getByRole("radio", { name: "Trained lens" }).isChecked(), true);
    assert.match(
      await page.locator(".note", { hasText: "affine translator" }).innerText(),
      /learned from other text/,
    );
    await panel.close();
  });

  it("shows its held-out KL beside the others while either is used", async () => {
    for (const used of ["logit", "trained"] as const) {
      const panel = await open(lensChoice(used));
      const said = await panel.page.locator(`${figure} svg[role=img]`).first().getAttribute("aria-label");
      assert.match(
        said ?? "",
        /trained lens from 2\.60 to 0\.452 nats; logit lens from 20\.0 to 0\.901 nats; random/,
      );
      assert.match(await panel.page.locator(figure).innerText(), /50\u202f078 held-out positions/);
      await panel.close();
    }
  });

  it("says at which layer it is the worse one", async () => {
    const panel = await open(lensChoice("trained", trainedLens(3)));
    assert.match(
      await panel.page.locator(figure).innerText(),
      /At layer 3 the trained lens is farther from the output/,
    );
    assert.equal(await panel.page.locator(`${figure} svg[role=img] circle`).count(), 1);
    await panel.close();
  });

  it("is exported as rows, a layer each", async () => {
    const panel = await open(lensChoice("logit", trainedLens(3)));
    const csv = csvRows((await exported(panel, title, "CSV")).content);
    assert.equal(csv.length, 7);
    assert.deepEqual(csv[4]!.slice(0, 1).concat(csv[4]!.slice(4)), [
      "3",
      "KL steps",
      "worse than the logit lens",
    ]);
    const json = JSON.parse((await exported(panel, title, "JSON")).content) as { data: unknown };
    assert.deepEqual(json.data, trainedLens(3));
    await panel.close();
  });

  it("cannot be chosen where there is none, and the page says how to get one", async () => {
    const panel = await open(lensChoice("logit", null));
    assert.equal(await panel.page.getByRole("radio", { name: "Trained lens" }).isDisabled(), true);
    assert.match(await panel.page.locator(".lens-choice").innerText(), /introspect lens-fit/);
    assert.equal(await panel.page.locator(figure).isVisible(), false);
    await panel.close();
  });

  it("is named by its file, and what was found of another file stands beside it", async () => {
    const file = "/somewhere/<b>other.safetensors";
    const warning = "This lens was fitted for another model with the same unembedding and final norm.";
    const panel = await open(lensChoice("trained", { ...trainedLens(), file, warning }));
    const choice = panel.page.locator(".lens-choice");
    assert.match(await choice.innerText(), /<b>other\.safetensors/);
    assert.doesNotMatch(await choice.innerText(), /somewhere/);
    assert.match(await choice.innerText(), /fitted for another model/);
    await panel.screenshot("lens-other-file");
    await choice.getByRole("button", { name: "Lens file…" }).click();
    assert.deepEqual(panel.requests.at(-1), { method: "lens/file", params: {} });
    await panel.close();
  });

  it("that cannot be used is said so, beside the logit lens", async () => {
    const problem = { code: "bad-lens", message: "It is <b>broken</b>.", next: "Choose another." };
    const panel = await open({ used: "logit", trained: null, problem });
    assert.match(
      await panel.page.locator(".lens-choice").innerText(),
      /It is <b>broken<\/b>\. Choose another\./,
    );
    assert.equal(await panel.page.locator("[role=gridcell]").first().isVisible(), true);
    await panel.close();
  });

  it("is not spoken of where the host does not", async () => {
    const panel = await open(undefined);
    assert.equal(await panel.page.locator(".lens-choice").isVisible(), false);
    assert.equal(await panel.page.locator(figure).isVisible(), false);
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme} at every width`, async () => {
      const panel = await open(lensChoice("trained", trainedLens(3)), { theme, width: 300 });
      for (const width of [300, 600, 1200]) {
        await panel.resize(width);
        await assertReadable(panel.page);
        await assertFits(panel.page);
        await panel.page.locator(figure).scrollIntoViewIfNeeded();
        await panel.screenshot(`trained-lens-${theme}-${width}`, { full: true });
      }
      await panel.assertClean();
      await panel.close();
    });
  }
});
