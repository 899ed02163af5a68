/** Everything about directions: their files, the tree view, what the commands act on. */
import * as vscode from "vscode";
import type { Heatmap } from "../heatmap/heatmap";
import type { Services } from "../services";
import type { DirectionTargets } from "./directionCommands";
import { DirectionTree } from "./directionTree";
import { DirectionMaker } from "./makeDirection";

/** What the rest of the extension needs of it. */
export interface Directions extends vscode.Disposable {
  readonly targets: DirectionTargets;
}

/** Makes it. */
export function registerDirections(services: Services, heatmap: Heatmap): Directions {
  const { directions } = services;
  const tree = new DirectionTree(directions);
  const maker = new DirectionMaker(services, async (uri) => vscode.window.showTextDocument(uri));
  return {
    targets: { services, heatmap, maker, show: async ({ uri }) => vscode.window.showTextDocument(uri) },
    dispose: () => {
      tree.dispose();
      directions.dispose();
    },
  };
}
