/** What every page does alike: snapshots, frames, keys, export, theme. Shown on the lens and the steering page. */
import assert from "node:assert/strict";
import type { AttentionView } from "../../src/protocol/attention";
import type { LensView } from "../../src/protocol/lens";
import type { LensPanelData } from "../../src/protocol/lensPanel";
import type { PanelState } from "../../src/protocol/panelApi";
import { attentionView } from "./fixtures/attention";
import { lensOf } from "./fixtures/lens";
import { model, sample } from "./fixtures/text";
import { assertFits, assertReadable, assertSoon, groundOf, labels } from "./support/checks";
import { openPanel, themeNames } from "./support/panel";

const ready = (seq: number, text = sample): PanelState<LensPanelData> => ({
  seq,
  status: "ready",
  model,
  document: "fibonacci.py",
  data: lensOf(text),
});

const cell = "[role=gridcell]";

describe("a page", () => {
  it("paints the snapshot it is given when it is ready", async () => {
    const panel = await openPanel("lens", { state: ready(1) });
    await panel.page.locator(cell).first().waitFor();
    assert.deepEqual(panel.requests, [{ method: "page/ready", params: {} }]);
    await panel.close();
  });

  it("never paints an older snapshot over a newer one", async () => {
    const panel = await openPanel("lens", { state: ready(5) });
    await panel.page.locator(cell).first().waitFor();
    const before = await labels(panel.page, cell);
    await panel.send(ready(4, "something else entirely"));
    await panel.send({ seq: 3, status: "error", error: { code: "x", message: "An old failure." } });
    assert.deepEqual(await labels(panel.page, cell), before);
    assert.equal(await panel.page.getByText("An old failure.").count(), 0);
    await panel.send(ready(6, "something else entirely"));
    assert.notDeepEqual(await labels(panel.page, cell), before);
    await panel.close();
  });

  it("says what must be known to read the picture, for as long as that is so", async () => {
    const panel = await openPanel("lens", { state: { ...ready(1), message: "Only the end was used." } });
    const note = panel.page.getByRole("note").filter({ hasText: "Only the end was used." });
    await note.waitFor();
    await panel.send({ ...ready(2), status: "loading", message: "Reading" });
    assert.equal(await note.count(), 1);
    await panel.send(ready(3));
    assert.equal(await note.count(), 0);
    await panel.close();
  });

  it("ignores messages that are none of its protocol", async () => {
    const panel = await openPanel("lens", { state: ready(1) });
    await panel.page.locator(cell).first().waitFor();
    for (const message of [null, 7, "panel/state", { rpc: "event" }, { rpc: "reply", id: 99, ok: 1 }]) {
      await panel.toPage(message);
    }
    assert.ok((await panel.page.locator(cell).count()) > 0);
    await panel.assertClean();
    await panel.close();
  });

  it("shows what an empty panel is for, with one example and the way to a model", async () => {
    const panel = await openPanel("lens", { state: { seq: 1, status: "empty" } });
    await panel.page.getByRole("button", { name: "Show it on the sample" }).click();
    await panel.page.getByRole("button", { name: "Choose model…" }).click();
    await assertSoon(
      () => panel.requests.map(({ method }) => method),
      ["page/ready", "page/example", "model/choose"],
    );
    await panel.close();
  });

  it("shows work under way with how far it is, and cancels it", async () => {
    const state = { seq: 1, status: "loading" as const, message: "Converting weights", progress: 0.42 };
    const panel = await openPanel("lens", { state });
    const bar = panel.page.getByRole("progressbar", { name: "Converting weights" });
    assert.equal(await bar.getAttribute("aria-valuenow"), "42");
    await panel.page.getByRole("button", { name: "Cancel" }).click();
    await assertSoon(() => panel.requests.at(-1)?.method, "page/cancel");
    await panel.close();
  });

  it("shows an error with its next step where the picture would be, and tries again", async () => {
    const error = { code: "model-changed", message: "The weights changed.", next: "Open the model again." };
    const panel = await openPanel("lens", { state: { seq: 1, status: "error", error, model } });
    const alert = panel.page.getByRole("alert");
    assert.match(await alert.innerText(), /The weights changed\.\s+Open the model again\./);
    assert.equal(await panel.page.locator(".frame-error .code").innerText(), "model-changed");
    // Which model it is about is still said, and another can be chosen.
    const badge = panel.page.getByRole("button", {
      name: /^Model introspect-small, .*Choose another model$/,
    });
    assert.equal(await badge.locator(".badge-name").innerText(), "introspect-small");
    await panel.page.getByRole("button", { name: "Try again" }).click();
    await assertSoon(() => panel.requests.at(-1)?.method, "page/retry");
    await panel.close();
  });

  it("offers to restart an engine that stopped too often", async () => {
    const error = { code: "engine-crash-loop", message: "The engine stopped several times." };
    const panel = await openPanel("lens", { state: { seq: 1, status: "error", error, model } });
    await panel.page.getByRole("button", { name: "Restart engine" }).click();
    await assertSoon(() => panel.requests.at(-1)?.method, "page/retry");
    assert.equal(await panel.page.getByRole("button", { name: "Try again" }).count(), 0);
    await panel.close();
  });

  it("keeps the last picture while newer work runs, and marks it when it is out of date", async () => {
    const panel = await openPanel("lens", { state: ready(1) });
    await panel.page.locator(cell).first().waitFor();
    const before = await labels(panel.page, cell);
    const place = await panel.page.locator(cell).first().boundingBox();
    await panel.send({ ...ready(2), status: "loading", message: "Running layer 3" });
    assert.deepEqual(await labels(panel.page, cell), before);
    assert.deepEqual(await panel.page.locator(cell).first().boundingBox(), place, "nothing moves");
    await panel.send({ ...ready(3), status: "stale", message: "The text changed" });
    await panel.page.getByText("The text changed").waitFor();
    assert.deepEqual(await panel.page.locator(cell).first().boundingBox(), place, "nothing moves");
    await panel.close();
  });

  for (const id of ["lens", "attention"] as const) {
    it(`moves nothing on the ${id} page in a narrow side bar, whatever the head says`, async () => {
      const document = "a-test-of-a-rather-long-document-name.integration.py";
      const data = id === "lens" ? lensOf(sample) : attentionView();
      const now: PanelState<LensView & AttentionView> = {
        seq: 1,
        status: "ready",
        model,
        document,
        data: data as LensView & AttentionView,
      };
      const panel = await openPanel(id, { state: now, width: 300 });
      const top = async (): Promise<number> => (await panel.page.locator(".figure").first().boundingBox())!.y;
      await panel.page.locator(".figure").first().waitFor();
      const before = await top();
      await panel.send({ ...now, seq: 2, status: "loading", message: "Running layer 3", progress: 0.4 });
      await panel.page.getByRole("button", { name: "Cancel" }).waitFor();
      assert.equal(await top(), before);
      const message = "The text changed since this was computed";
      await panel.send({ ...now, seq: 3, status: "stale", message });
      await panel.page.getByRole("button", { name: "Look again" }).waitFor();
      assert.equal(await top(), before);
      await assertFits(panel.page);
      await panel.screenshot(`${id}-stale-300`);
      await panel.close();
    });
  }

  for (const theme of themeNames) {
    it(`offers to look again when it is out of date, as readable as before, in ${theme}`, async () => {
      const panel = await openPanel("lens", { state: ready(1), theme });
      await panel.page.locator(cell).first().waitFor();
      await panel.send({ ...ready(2), status: "stale", message: "The text changed" });
      await panel.page.getByText("The text changed").waitFor();
      await assertReadable(panel.page);
      const dimmed = await panel.page
        .locator(".main")
        .evaluate((main) =>
          [main, ...main.querySelectorAll("*")]
            .filter((e) => getComputedStyle(e).opacity !== "1" && !e.matches(".space, .control"))
            .map((e) => e.className),
        );
      assert.deepEqual(dimmed, []);
      await panel.page.getByRole("button", { name: "Look again" }).click();
      await assertSoon(() => panel.requests.at(-1)?.method, "page/retry");
      await panel.close();
    });
  }

  it("names model, family and digest, and leads to choosing another", async () => {
    const panel = await openPanel("lens", { state: ready(1), width: 800 });
    const badge = panel.page.locator(".badge");
    assert.match(await badge.innerText(), /introspect-small\s+llama · 6 layers · 5.31 M\s+3f9a2c1b/);
    await badge.click();
    await assertSoon(() => panel.requests.at(-1)?.method, "model/choose");
    await panel.close();
  });

  it("lists its keys at “?” and goes back at Escape", async () => {
    const panel = await openPanel("lens", { state: ready(1) });
    await panel.page.locator(cell).first().waitFor();
    await panel.page.keyboard.press("?");
    assert.equal(await panel.page.locator(".rail-title").innerText(), "Keys and words");
    assert.match(await panel.page.locator(".rail").innerText(), /prediction depth/);
    assert.match(await panel.page.locator(".rail").innerText(), /go to the token in the editor/);
    await panel.page.keyboard.press("Escape");
    assert.match(await panel.page.locator(".rail-title").innerText(), /^Output after/);
    await panel.close();
  });

  it("remembers how it was arranged, not what it showed", async () => {
    const panel = await openPanel("lens", { state: ready(1) });
    await panel.page.getByRole("button", { name: "Show Lens as table" }).click();
    const memory = (await panel.memory()) as Record<string, string>;
    assert.equal(memory["table-lens-grid"], "yes");
    assert.ok(JSON.stringify(memory).length < 300);
    await panel.close();
    const again = await openPanel("lens", { state: ready(1), memory });
    await again.page.locator(".figure-lens-grid table").waitFor();
    await again.close();
  });

  it("takes on another theme while it is open", async () => {
    const panel = await openPanel("lens", { state: ready(1), theme: "dark" });
    await panel.page.locator(cell).first().waitFor();
    const dark = await groundOf(panel.page, cell);
    for (const theme of ["light", "hc-dark", "hc-light"] as const) {
      await panel.setTheme(theme);
      await panel.page.locator(`body[data-theme='${theme}']`).waitFor();
      await assertReadable(panel.page);
      assert.notDeepEqual(await groundOf(panel.page, "body"), dark);
    }
    await panel.close();
  });

  it("moves nothing where motion is reduced", async () => {
    const panel = await openPanel("lens", { state: ready(1), reducedMotion: true });
    await panel.page.locator(".bars-bar").first().waitFor();
    const duration = await panel.page
      .locator(".bars-bar")
      .first()
      .evaluate((e) => getComputedStyle(e).transitionDuration);
    assert.equal(duration, "0s");
    await panel.close();
  });

  for (const theme of themeNames) {
    it(`reads well in ${theme}: empty, at work, failed`, async () => {
      const panel = await openPanel("lens", { theme, state: { seq: 1, status: "empty" } });
      await panel.page.locator(".frame").waitFor();
      await assertReadable(panel.page);
      await panel.send({ seq: 2, status: "loading", message: "Reading", progress: 0.5 });
      await assertReadable(panel.page);
      const error = { code: "engine-lost", message: "The engine stopped.", next: "Try again." };
      await panel.send({ seq: 3, status: "error", error });
      await assertReadable(panel.page);
      await panel.close();
    });
  }
});
