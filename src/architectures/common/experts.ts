/** Mixtures of experts as checkpoints name them. */
import type { DenseMlpSpec, ExpertsMlpSpec } from "../../graph/modelSpec";
import { activationOf, count, type ModelConfig, refuse, whole } from "./configReader";
import { type Checkpoint, gatedMlp } from "./decoder";

/** How a family says what its experts are. */
export interface ExpertsHow {
  /** Key of config.json with their number. */
  readonly number: string;
  readonly defaults: { readonly number: number; readonly topK: number };
  /** Neurons of one expert. */
  readonly width: number;
  /** The chosen experts' weights are divided by their sum. */
  readonly normalised: boolean;
  /** Names of an expert's matrices, where they are not gate_proj, up_proj and down_proj. */
  readonly names?: { readonly gate: string; readonly up: string; readonly down: string };
  readonly shared?: ExpertsMlpSpec["shared"];
}

/** A router `gate` and `experts.N` below `at`. */
export function routedExperts(from: Checkpoint, at: string, how: ExpertsHow): ExpertsMlpSpec {
  const { config, find, sizes } = from;
  const n = count(config, how.number, how.defaults.number);
  const topK = count(config, "num_experts_per_tok", how.defaults.topK);
  if (topK > n) throw refuse("num_experts_per_tok", topK, `at most ${how.number} (${n})`);
  return {
    kind: "experts",
    router: find.linear(`${at}.gate`, [sizes.dModel, n], false),
    topK,
    normalised: how.normalised,
    experts: Array.from({ length: n }, (_, i) => expert(from, `${at}.experts.${i}`, how)),
    shared: how.shared ?? null,
  };
}

function expert(from: Checkpoint, at: string, { names, width }: ExpertsHow): DenseMlpSpec {
  if (names === undefined) return gatedMlp(from, at, { width });
  const { config, find, sizes } = from;
  const into = (name: string) => find.linear(`${at}.${name}`, [sizes.dModel, width], false);
  return {
    kind: "dense",
    in: into(names.up),
    gate: into(names.gate),
    out: find.linear(`${at}.${names.down}`, [width, sizes.dModel], false),
    activation: activationOf(config, "hidden_act", "silu"),
  };
}

/** Whether a layer has experts: every `decoder_sparse_step`th that `mlp_only_layers` does not name. */
export function sparseLayers(config: ModelConfig): (layer: number) => boolean {
  const step = count(config, "decoder_sparse_step", 1);
  const dense = config["mlp_only_layers"] ?? [];
  if (!Array.isArray(dense)) throw refuse("mlp_only_layers", dense, "a list of layers");
  const none = whole(config, "num_experts", 1) === 0;
  return (layer) => !none && !dense.includes(layer) && (layer + 1) % step === 0;
}
