/** Arrays behind a coloured text: its tokens with their values, and the hook that they came from. */
import type { ShownArray } from "../../protocol/arrays";
import { aboutOf, type HeatmapMeasure } from "../../protocol/heatmap";
import type { HeatmapPanelData } from "../../protocol/heatmapPanel";
import type { ModelInfo } from "../../protocol/model";
import { padded, present, real, whole, type ArrayPlan } from "./arrayParts";

/** A token with all that its arrays hold. */
interface Token {
  readonly position: number | null;
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly value: number | null;
  readonly counted: boolean;
  readonly top: readonly { readonly id: number; readonly logProb: number }[];
}

/** As arrays along the tokens. */
export function heatmapArrays(measure: HeatmapMeasure, tokens: readonly Token[]): readonly ShownArray[] {
  const about = aboutOf(measure);
  const isLog = measure.kind === "surprisal" || measure.kind === "entropy";
  const column = (name: string, of: (token: Token) => number | null): ShownArray =>
    whole(name, ["token"], tokens.map(of), { about: "this" });
  const best = (of: (one: Token["top"][number]) => number) => padded(tokens.map(({ top }) => top.map(of)));
  const value = tokens.map((token) => token.value);
  return [
    column("positions", ({ position }) => position),
    column("ids", ({ id }) => id),
    column("starts", ({ start }) => start),
    column("ends", ({ end }) => end),
    column("counted", ({ counted }) => Number(counted)),
    real("values", ["token"], value, { about, unit: isLog ? "nats" : null }),
    ...(tokens.every(({ top }) => top.length === 0)
      ? []
      : [
          whole(
            "top_ids",
            ["token", "k"],
            best((one) => one.id),
            { about },
          ),
          real(
            "top_log_prob",
            ["token", "k"],
            best((one) => one.logProb),
            { about, unit: "nats" },
          ),
        ]),
  ];
}

/** The drawn tokens, and the hook that is measured where the whole text is one run. */
export function heatmapPlan({ measure, tokens, whole: run }: HeatmapPanelData, model: ModelInfo): ArrayPlan {
  const shown = heatmapArrays(measure, tokens);
  if (run === null || run.ids.length > run.windowTokens) return { shown, model: model.path, runs: [] };
  const hooks = present(model.hooks, hooksOf(measure, model));
  return { shown, model: model.path, runs: [{ prefix: "", ids: run.ids, hooks }] };
}

/** What a measure is read off. A direction's hook stands in its file. */
function hooksOf(measure: HeatmapMeasure, { nLayers }: ModelInfo): readonly string[] {
  const last = `blocks.${nLayers - 1}.hook_resid_post`;
  switch (measure.kind) {
    case "neuron":
      return [`blocks.${measure.layer}.mlp.hook_post`];
    case "norm":
      return [measure.hook];
    case "attention":
      return [`blocks.${measure.layer}.attn.hook_pattern`];
    case "depth":
      return [...Array.from({ length: nLayers }, (_, layer) => `blocks.${layer}.hook_resid_pre`), last];
    case "direction":
      return [];
    default:
      return [last];
  }
}
