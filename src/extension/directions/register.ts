/** Everything about directions: their files, the tree view, the panel, what the commands act on. */
import * as vscode from "vscode";
import type { TokenColours } from "../decorations/tokenColours";
import type { Heatmap } from "../heatmap/heatmap";
import type { Services } from "../services";
import type { DirectionTargets } from "./directionCommands";
import { DirectionPanel } from "./directionPanel";
import { DirectionTree } from "./directionTree";
import { DirectionMaker, type LookedAt } from "./makeDirection";
import { MapPanel } from "./mapPanel";

/** What the rest of the extension needs of it. */
export interface Directions extends vscode.Disposable {
  readonly panel: DirectionPanel;
  readonly map: MapPanel;
  readonly targets: DirectionTargets;
}

/** Makes it. */
export function registerDirections(
  services: Services,
  { heatmap, colours, looked }: { heatmap: Heatmap; colours: TokenColours; looked: LookedAt },
): Directions {
  const { directions } = services;
  const tree = new DirectionTree(directions);
  const panel = new DirectionPanel(services, heatmap, colours);
  const map = new MapPanel(services);
  const show = async (uri: vscode.Uri): Promise<void> => {
    const made = await directions.find(uri);
    if (made) await panel.show(made);
  };
  const maker = new DirectionMaker(services, show, looked);
  return {
    panel,
    map,
    targets: { services, heatmap, maker, show: (file, against) => panel.show(file, against) },
    dispose: () => vscode.Disposable.from(panel, map, tree, directions).dispose(),
  };
}
