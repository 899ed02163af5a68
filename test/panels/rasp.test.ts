import assert from "node:assert/strict";
import type { PanelState } from "../../src/protocol/panelApi";
import type { RaspPanelData } from "../../src/protocol/raspPanel";
import { pictures, raspData, stepNamed } from "./fixtures/rasp";
import { assertFits, assertReadable } from "./support/checks";
import { openPanel, themeNames, type PanelPage, type ThemeName } from "./support/panel";

const ready = (data: RaspPanelData, seq = 1): PanelState<RaspPanelData> => ({
  seq,
  status: "ready",
  document: data.file,
  data,
});

async function open(
  data = raspData(),
  options: { theme?: ThemeName; width?: number } = {},
): Promise<PanelPage<"rasp">> {
  const panel = await openPanel("rasp", { state: ready(data), width: 1200, ...options });
  await panel.page.locator("body[data-status='ready']").waitFor();
  return panel;
}

describe("RASP page", () => {
  const shown = {
    sort: () => raspData(),
    histogram: () =>
      raspData(pictures.histogram(), { current: stepNamed(pictures.histogram(), "hist2").step }),
    elementwise: () =>
      raspData(pictures.histogram(), { current: stepNamed(pictures.histogram(), "kept").step }),
    long: () => raspData(pictures.long()),
    hostile: () => raspData(pictures.hostile()),
  };
  for (const [name, data] of Object.entries(shown)) {
    for (const theme of themeNames) {
      it(`reads well in ${theme} at every width: ${name}`, async () => {
        const panel = await open(data(), { theme, width: 300 });
        for (const width of [300, 600, 1200]) {
          await panel.page.setViewportSize({ width, height: 760 });
          await panel.page.waitForTimeout(60);
          await assertReadable(panel.page);
          await assertFits(panel.page);
          await panel.screenshot(`rasp-${name}-${theme}-${width}`);
        }
        await panel.assertClean();
        await panel.close();
      });
    }
  }
});
