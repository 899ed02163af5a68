import assert from "node:assert/strict";
import fs from "node:fs";
import type { PanelId } from "../../src/protocol/panelApi";
import { inRepo } from "../support/paths";
import { openPanel, themeNames } from "./support/panel";

const ids = (
  ["lens", "neurons", "attention", "steering", "patch", "rasp", "direction", "sweep"] as const
).filter((id: PanelId) => fs.existsSync(inRepo("webview/panels", id, "main.ts")));

describe("every panel page", () => {
  for (const id of ids) {
    for (const theme of themeNames) {
      it(`${id} comes up empty in ${theme}`, async () => {
        const message = "Put the cursor into a text.";
        const panel = await openPanel(id, { theme, state: { seq: 1, status: "empty", message } });
        await panel.page.locator("body[data-seq='1']").waitFor();
        assert.equal(panel.requests[0]?.method, "page/ready");
        await panel.screenshot(`${id}-empty-${theme}`);
        await panel.assertClean();
        await panel.close();
      });
    }
  }
});
