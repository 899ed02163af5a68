/** The patch page as tables. */
import type { PatchMap } from "../../../src/protocol/patch";
import type { PatchPanelData } from "../../../src/protocol/panelApi";
import { aboutToken } from "../../shared/about";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { placeNames } from "./words";

const nameAt = (run: PatchPanelData["base"], position: number): string => {
  const token = run.tokens[position];
  return token ? visibleText(token.text, token.id) : "?";
};

/** One row per position of the base: its partner, and whether it is patched. */
export function alignmentTable(data: PatchPanelData): TableData {
  const { base, source, alignment, patched } = data;
  return {
    caption: "Which token of the source is patched into which of the base",
    columns: ["base position", "base token", "source position", "source token", "patched"],
    rows: base.ids.slice(base.from).map((_, i) => {
      const position = base.from + i;
      const pair = alignment.pairs.find((one) => one.base === position);
      const isPatched = patched.some((one) => one.base === position) ? "yes" : "no";
      if (!pair) return [position, nameAt(base, position), null, null, isPatched];
      return [position, nameAt(base, position), pair.source, nameAt(source, pair.source), isPatched];
    }),
  };
}

/** One row per layer, the last first, of what was patched and then of random values; a column per patched position. */
export function mapTable(data: PatchPanelData, map: PatchMap): TableData {
  const names = data.patched.map((pair) => `${pair.base} ${nameAt(data.base, pair.base)}`);
  return {
    caption: `${placeNames[map.place]}: change of the logit difference, ${aboutToken(data.about)}`,
    columns: ["layer", ...names, "value"],
    rows: [
      ...map.effects.map((row, layer) => [layer, ...row, "patched"]).reverse(),
      ...map.noiseMap.effects.map((row, layer) => [layer, ...row, "random"]).reverse(),
    ],
  };
}
