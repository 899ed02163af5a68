/** Which arrays are behind a figure: what the panel's data has, and the hooks that it came from. */
import type {
  AttentionPanelData,
  NeuronsPanelData,
  PanelId,
  PatchPanelData,
  SteeringPanelData,
} from "../../protocol/panelApi";
import type { DirectionPanelData } from "../../protocol/directionPanel";
import type { MapPanelData } from "../../protocol/textMapPanel";
import type { ShownArray } from "../../protocol/arrays";
import type { LensCell, LensView } from "../../protocol/lens";
import type { ModelInfo } from "../../protocol/model";
import type { PatchPlace } from "../../protocol/patch";
import type { SweepPanelData } from "../../protocol/sweepPanel";
import type { StateOf } from "../panels/panelStore";
import type { HeatmapPanelData } from "../../protocol/heatmapPanel";
import { alignedArrays } from "./alignedArrays";
import { directionPlan } from "./directionArrays";
import { sweepPlan } from "./sweepArrays";
import { mapPlan } from "./mapArrays";
import { padded, present, real, whole, type ArrayPlan } from "./arrayParts";
import { heatmapPlan } from "./heatmapArrays";

const nats = (about: "this" | "next") => ({ unit: "nats", about }) as const;
const next = { about: "next" } as const;
const current = { about: "this" } as const;

/** The plan of a figure; null where nothing is shown. */
export function arrayPlan<Id extends PanelId>(id: Id, figure: string, state: StateOf<Id>): ArrayPlan | null {
  const { data, model } = state;
  if (data === undefined || model === undefined) return null;
  switch (id) {
    case "lens": {
      const lens = data as NonNullable<StateOf<"lens">["data"]>;
      const { pinned } = lens;
      const isPinned = figure === "lens-pinned" && pinned !== null;
      return lensPlan(isPinned ? pinned.view : lens, isPinned ? { ...model, path: pinned.model } : model);
    }
    case "attention":
      return attentionPlan(data as AttentionPanelData, model);
    case "neurons":
      return neuronsPlan(data as NeuronsPanelData, model);
    case "patch":
      return patchPlan(data as PatchPanelData, model);
    case "direction":
      return directionPlan(data as DirectionPanelData, model);
    case "sweep":
      return sweepPlan(data as SweepPanelData, model);
    case "heatmap":
      return heatmapPlan(data as HeatmapPanelData, model);
    case "map":
      return mapPlan(data as MapPanelData, model);
    default:
      return steeringPlan(data as SteeringPanelData, model);
  }
}

const layersOf = ({ nLayers }: ModelInfo): number[] => Array.from({ length: nLayers }, (_, layer) => layer);

function lensPlan(view: LensView, model: ModelInfo): ArrayPlan {
  const shown = [
    whole("positions", ["pos"], view.positions),
    ...cellArrays(view),
    whole("depth", ["pos"], view.depth, next),
    ...trajectoryArrays(view),
    real("mean_surprisal", ["row"], view.perplexity.surprisal, nats("this")),
    ...heldOutArrays(view),
  ];
  const stream = layersOf(model).map((layer) => `blocks.${layer}.hook_resid_pre`);
  const hooks = present(model.hooks, [...stream, `blocks.${model.nLayers - 1}.hook_resid_post`]);
  return { shown, model: model.path, runs: [{ prefix: "", ids: view.window.ids, hooks }] };
}

function cellArrays({ layers }: LensView): ShownArray[] {
  const cells = <T>(of: (cell: LensCell) => T): T[][] => layers.map(({ positions }) => positions.map(of));
  const axes = ["row", "pos"];
  const measure = (name: "entropy" | "kl" | "surprisal"): ShownArray => {
    const values = cells((cell) => cell[name]);
    return real(name, axes, values, nats("next"));
  };
  const rank = cells((cell) => cell.rank);
  const ids = cells(({ top }) => top.map(({ id }) => id));
  const logProbs = cells(({ top }) => top.map(({ logProb }) => logProb));
  return [
    measure("entropy"),
    measure("kl"),
    measure("surprisal"),
    whole("rank", axes, rank, next),
    whole("top_ids", [...axes, "k"], ids, next),
    real("top_log_prob", [...axes, "k"], logProbs, nats("next")),
  ];
}

/** Columns follow different numbers of tokens: shorter ones are filled up. */
function trajectoryArrays({ layers, trajectories }: LensView): ShownArray[] {
  const ids = padded(trajectories.map((column) => column.map(({ id }) => id)));
  const perLine = (of: "rank" | "logProb"): (number | null)[][][] =>
    ids.map((column, i) =>
      column.map((_, j) => layers.map((_, row) => trajectories[i]![j]?.[of][row] ?? null)),
    );
  const axes = ["pos", "token", "row"];
  return [
    whole("trajectory_ids", ["pos", "token"], ids, next),
    whole("trajectory_rank", axes, perLine("rank"), next),
    real("trajectory_log_prob", axes, perLine("logProb"), nats("next")),
  ];
}

function heldOutArrays({ lens }: LensView): ShownArray[] {
  const layers = lens?.trained?.heldOut.layers ?? [];
  if (layers.length === 0) return [];
  const rows = layers.map(({ layer }) => layer);
  return [
    whole("held_out_row", ["fitted"], rows),
    ...(["logit", "trained", "random"] as const).map((kind) => {
      const values = layers.map((layer) => layer[kind]);
      return real(`held_out_kl_${kind}`, ["fitted"], values, { unit: "nats" });
    }),
  ];
}

function attentionPlan(data: AttentionPanelData, model: ModelInfo): ArrayPlan {
  const { pattern, heads, edge } = data;
  const scores = ["previousToken", "duplicate", "induction", "firstToken", "entropy"] as const;
  const why = edge?.why;
  const shown = [
    whole("positions", ["pos"], data.positions),
    real("pattern", ["query", "key"], pattern.rows, current),
    real("outside", ["query"], pattern.outside, current),
    ...(pattern.weighted ? [real("weighted", ["query", "key"], pattern.weighted, current)] : []),
    whole(
      "head",
      ["entry", "layerAndHead"],
      heads.map(({ layer, head }) => [layer, head]),
    ),
    ...scores.map((name) =>
      real(
        `score_${name}`,
        ["entry"],
        heads.map((head) => head[name]),
        name === "entropy" ? { unit: "nats" } : {},
      ),
    ),
    ...(why
      ? [
          real(
            "why",
            ["pair"],
            why.pairs.map(({ contribution }) => contribution),
            {
              ...current,
              labels: why.pairs.map(({ query, key }) => `${query} × ${key}`),
            },
          ),
        ]
      : []),
    ...Object.entries(edge?.blocks ?? {}).flatMap(([mode, block]) => {
      const change = [block.change, ...block.controls.map((control) => control.change)];
      const rows = change.map(({ logProb, logitDiff }) => [logProb, logitDiff]);
      const labels = ["log-probability, nats", "logit difference"];
      return [real(`block_${mode}`, ["edgeThenControls", "measure"], rows, { ...next, labels })];
    }),
  ];
  const names = ["hook_pattern", "hook_attn_scores", "hook_q", "hook_k", "hook_v"];
  const hooks = present(
    model.hooks,
    names.map((name) => `blocks.${pattern.layer}.attn.${name}`),
  );
  return { shown, model: model.path, runs: [{ prefix: "", ids: data.window.ids, hooks }] };
}

function neuronsPlan({ ranking, card, chosen, effects }: NeuronsPanelData, model: ModelInfo): ArrayPlan {
  const { neurons, selected } = ranking;
  const measures = {
    labels: ["log-probability, nats", "logit difference", "KL, nats"],
    about: "next",
  } as const;
  const effect = ({ exact }: NonNullable<typeof effects>["effect"]) => [
    exact.logProb,
    exact.logitDiff,
    exact.kl,
  ];
  const shown = [
    whole("selected", ["pos"], selected),
    whole(
      "neuron",
      ["entry", "layerAndNeuron"],
      neurons.map(({ layer, neuron }) => [layer, neuron]),
    ),
    real(
      "score",
      ["entry"],
      neurons.map(({ score }) => score),
    ),
    real(
      "selected_activation",
      ["entry", "pos"],
      neurons.map(({ activations }) => activations),
      current,
    ),
    ...(card
      ? [
          real("card_activation", ["pos"], card.activations, current),
          real("histogram_edges", ["edge"], card.histogram.edges, current),
          whole("histogram_counts", ["bin"], card.histogram.counts),
          real(
            "drivers",
            ["source"],
            card.drivers.map(({ contribution }) => contribution),
            {
              ...current,
              labels: card.drivers.map(({ source }) => source),
            },
          ),
        ]
      : []),
    ...(effects
      ? [
          real("effect", ["measure"], effect(effects.effect), measures),
          real("control_effect", ["control", "measure"], effects.controls.map(effect), measures),
          real(
            "strength",
            ["strength", "factorAndMeasures"],
            effects.strengths.map(({ factor, logProb, logitDiff, kl }) => [factor, logProb, logitDiff, kl]),
            {
              about: "next",
              labels: ["factor", ...measures.labels],
            },
          ),
        ]
      : []),
  ];
  const layers = chosen ? [chosen.layer] : neurons.map(({ layer }) => layer);
  const hooks = present(
    model.hooks,
    layers.flatMap((layer) => [`blocks.${layer}.mlp.hook_pre`, `blocks.${layer}.mlp.hook_post`]),
  );
  return { shown, model: model.path, runs: [{ prefix: "", ids: ranking.window.ids, hooks }] };
}

const patchHooks: Readonly<Record<PatchPlace, string>> = {
  resid: "hook_resid_pre",
  attn: "hook_attn_out",
  mlp: "hook_mlp_out",
};

function patchPlan(data: PatchPanelData, model: ModelInfo): ArrayPlan {
  const shown = [
    whole(
      "pairs",
      ["pair", "baseAndSource"],
      data.patched.map(({ base, source }) => [base, source]),
    ),
    ...data.maps.flatMap(({ place, effects, noise }) => [
      real(`effects_${place}`, ["layer", "pair"], effects, { unit: "logits", about: "next" }),
      real(`noise_${place}`, ["draw"], noise.draws, { unit: "logits", about: "next" }),
    ]),
  ];
  const hooks = present(
    model.hooks,
    Object.values(patchHooks).flatMap((name) => layersOf(model).map((layer) => `blocks.${layer}.${name}`)),
  );
  const runs = (["base", "source"] as const).map((name) => ({
    prefix: `${name}/`,
    ids: data[name].ids,
    hooks,
  }));
  return { shown, model: model.path, runs };
}

function steeringPlan({ result, step }: SteeringPanelData, model: ModelInfo): ArrayPlan | null {
  if (!result) return null;
  const { isotropic, shuffled = [] } = result.controls;
  // A strength that was dragged to has texts of its own beside the experiment's.
  const dragged = step
    ? [
        real("dragged_strength", ["one"], [step.scale], {}),
        whole("dragged_ids", ["step"], step.ran.steered.ids, current),
        real("dragged_log_prob", ["step"], step.ran.steered.logProbs, nats("this")),
        real("dragged_kl", ["one"], [step.ran.kl], nats("next")),
      ]
    : [];
  const pairs =
    shuffled.length > 0
      ? [
          whole("shuffled_ids", ["draw", "step"], padded(shuffled.map(({ ids }) => ids)), current),
          real("shuffled_kl", ["draw"], result.kl.shuffled ?? [], nats("next")),
        ]
      : [];
  const shown = [
    ...(["default", "steered"] as const).flatMap((name) => [
      whole(`${name}_ids`, ["step"], result[name].ids, current),
      real(`${name}_log_prob`, ["step"], result[name].logProbs, nats("this")),
    ]),
    whole("isotropic_ids", ["draw", "step"], padded(isotropic.map(({ ids }) => ids)), current),
    real(
      "isotropic_log_prob",
      ["draw", "step"],
      padded(isotropic.map(({ logProbs }) => logProbs)),
      nats("this"),
    ),
    real("kl", ["one"], [result.kl.steered], nats("next")),
    real("isotropic_kl", ["draw"], result.kl.isotropic, nats("next")),
    ...pairs,
    ...alignedArrays(result),
    ...dragged,
  ];
  return { shown, model: model.path, runs: [] };
}
