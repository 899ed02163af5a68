/** The arrays behind the Direction panel's figures. */
import type { DirectionPanelData } from "../../protocol/directionPanel";
import type { ModelInfo } from "../../protocol/model";
import { padded, present, real, whole, type ArrayPlan } from "./arrayParts";

const current = { about: "this", unit: "length along the direction" } as const;

/** Scores, accuracies with their nulls, cosines; and the stream that was read. */
export function directionPlan(data: DirectionPanelData, model: ModelInfo): ArrayPlan {
  const { header, reading, compared } = data;
  const { layers } = header;
  const numbers = layers.map(({ layer }) => layer);
  const read = reading?.directions ?? [];
  const shown = [
    whole("layer", ["row"], numbers),
    real(
      "accuracy",
      ["row"],
      layers.map(({ accuracy }) => accuracy),
    ),
    real("accuracy_isotropic", ["row", "draw"], padded(layers.map(({ nulls }) => nulls.isotropic))),
    real("accuracy_shuffled", ["row", "draw"], padded(layers.map(({ nulls }) => nulls.shuffled))),
    real(
      "threshold",
      ["row"],
      layers.map(({ threshold }) => threshold),
    ),
    real(
      "spread",
      ["row"],
      layers.map(({ spread }) => spread),
    ),
    ...(reading
      ? [
          whole("positions", ["pos"], reading.positions),
          real("scores", ["row", "pos"], read[0]?.layers.map(({ scores }) => scores) ?? [], current),
          real(
            "strips",
            ["direction", "pos"],
            read.map(({ strip }) => strip?.scores ?? []),
            {
              ...current,
              labels: read.map(({ name }) => name),
            },
          ),
        ]
      : []),
    ...(compared ? [real("cosines", ["row", "column"], compared.cosines.across)] : []),
  ];
  const hooks = present(
    model.hooks,
    numbers.map((layer) => `blocks.${layer}.${header.hook}`),
  );
  const runs = reading ? [{ prefix: "", ids: reading.window.ids, hooks }] : [];
  return { shown, model: model.path, runs };
}
