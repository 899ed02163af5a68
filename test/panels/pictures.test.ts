/** Screenshots of every panel in every theme and three widths, for people to look at: out/screenshots. */
import type { PanelData, PanelId } from "../../src/protocol/panelApi";
import { attentionView } from "./fixtures/attention";
import { directionData } from "./fixtures/direction";
import { mapData } from "./fixtures/map";
import { lensOf } from "./fixtures/lens";
import { neuronsData } from "./fixtures/neurons";
import { steeringData } from "./fixtures/steering";
import { patchData } from "./fixtures/patch";
import { raspData } from "./fixtures/rasp";
import { model, sample } from "./fixtures/text";
import { openPanel, themeNames } from "./support/panel";

const data: { readonly [P in PanelId]: () => PanelData[P] } = {
  lens: () => lensOf(sample),
  neurons: () => neuronsData(),
  attention: () => attentionView(),
  steering: () => steeringData(),
  patch: () => patchData(),
  rasp: () => raspData(),
  direction: () => directionData(),
  map: () => mapData(),
};

describe("pictures", () => {
  for (const id of Object.keys(data) as PanelId[]) {
    for (const theme of themeNames) {
      it(`${id} is drawn without an error at every width in ${theme}`, async () => {
        const state = { seq: 1, status: "ready" as const, model, document: "fibonacci.py", data: data[id]() };
        const panel = await openPanel(id, { theme, width: 300, height: 760, state });
        await panel.page.locator("body[data-status='ready']").waitFor();
        for (const width of [300, 600, 1200]) {
          await panel.resize(width);
          await panel.screenshot(`${id}-${theme}-${width}`);
        }
        await panel.assertClean();
        await panel.close();
      });
    }
  }
});
