/** The arrays behind the Map panel's figures. */
import type { ModelInfo } from "../../protocol/model";
import type { MapPanelData } from "../../protocol/textMapPanel";
import { real, whole, type ArrayPlan } from "./arrayParts";

/** Points, silhouettes and their nulls by layer. What was read of each text is not: texts are run one by one. */
export function mapPlan({ map }: MapPanelData, model: ModelInfo): ArrayPlan {
  const { layers, labels, texts } = map;
  const drawn = layers.filter(({ tsne }) => tsne !== null);
  const rows = { labels: layers.map(({ hook }) => hook) };
  const shown = [
    whole(
      "label",
      ["text"],
      texts.map(({ label }) => label),
      { labels: texts.map(({ label }) => labels[label] ?? "") },
    ),
    real(
      "pca",
      ["row", "text", "component"],
      layers.map(({ pca }) => pca.points),
      rows,
    ),
    real(
      "pca_explained",
      ["row", "component"],
      layers.map(({ pca }) => pca.explained),
      rows,
    ),
    ...(drawn.length === 0
      ? []
      : [
          real(
            "tsne",
            ["row", "text", "axis"],
            drawn.map(({ tsne }) => tsne?.points ?? []),
            { labels: drawn.map(({ hook }) => hook) },
          ),
        ]),
    real(
      "silhouette",
      ["row"],
      layers.map(({ silhouette }) => silhouette.mean),
      rows,
    ),
    real(
      "silhouette_by_label",
      ["row", "label"],
      layers.map(({ silhouette }) => silhouette.byLabel),
      { labels },
    ),
    real(
      "silhouette_shuffled",
      ["row", "draw"],
      layers.map(({ silhouette }) => silhouette.shuffled),
      rows,
    ),
  ];
  return { shown, model: model.path, runs: [] };
}
