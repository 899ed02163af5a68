/** Opens the RASP page on the pictures of its fixtures. */
import type { PanelState } from "../../../src/protocol/panelApi";
import type { RaspPanelData } from "../../../src/protocol/raspPanel";
import { pictures, raspData, stepNamed } from "../fixtures/rasp";
import { openPanel, type PanelOptions, type PanelPage } from "./panel";

/** A snapshot with this data. */
export const ready = (data: RaspPanelData, seq = 1): PanelState<RaspPanelData> => ({
  seq,
  status: "ready",
  document: data.file,
  data,
});

/** Opens the page on this data. */
export async function openRasp(
  data = raspData(),
  options: Partial<PanelOptions<"rasp">> = {},
): Promise<PanelPage<"rasp">> {
  const panel = await openPanel("rasp", { state: ready(data), width: 1200, ...options });
  await panel.page.locator("body[data-status='ready']").waitFor();
  return panel;
}

/** The double histogram at one of its steps. */
export const histogram = (step: string): RaspPanelData =>
  raspData(pictures.histogram(), { current: stepNamed(pictures.histogram(), step).step });
