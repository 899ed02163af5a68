/** Which families can be opened: `model_type` of config.json to the file that knows it. */
import type { ModelConfig } from "../architectures/common/configReader";
import { gemma } from "../architectures/gemma";
import { gemma2 } from "../architectures/gemma2";
import { gemma3 } from "../architectures/gemma3";
import { gpt2 } from "../architectures/gpt2";
import { gptNeox } from "../architectures/gpt_neox";
import { llama } from "../architectures/llama";
import { mistral } from "../architectures/mistral";
import { phi3 } from "../architectures/phi3";
import { qwen2 } from "../architectures/qwen2";
import { qwen3 } from "../architectures/qwen3";
import { cohere } from "../architectures/cohere";
import { cohere2 } from "../architectures/cohere2";
import { glm } from "../architectures/glm";
import { granite } from "../architectures/granite";
import { helium } from "../architectures/helium";
import { mixtral } from "../architectures/mixtral";
import { nemotron } from "../architectures/nemotron";
import { olmo } from "../architectures/olmo";
import { olmo2 } from "../architectures/olmo2";
import { olmoe } from "../architectures/olmoe";
import { persimmon } from "../architectures/persimmon";
import { phi } from "../architectures/phi";
import { qwen2Moe } from "../architectures/qwen2_moe";
import { qwen3Moe } from "../architectures/qwen3_moe";
import { stablelm } from "../architectures/stablelm";
import { starcoder2 } from "../architectures/starcoder2";
import { biogpt } from "../architectures/biogpt";
import { bloom } from "../architectures/bloom";
import { codegen } from "../architectures/codegen";
import { falcon } from "../architectures/falcon";
import { gptBigcode } from "../architectures/gpt_bigcode";
import { gptNeo } from "../architectures/gpt_neo";
import { gptj } from "../architectures/gptj";
import { mpt } from "../architectures/mpt";
import { openaiGpt } from "../architectures/openai_gpt";
import { opt } from "../architectures/opt";
import { xglm } from "../architectures/xglm";
import type { WeightTable } from "../graph/graphBuilder";
import { GraphError } from "../graph/graphError";
import type { ModelSpec } from "../graph/modelSpec";

const families: Readonly<Record<string, (config: ModelConfig, weights: WeightTable) => ModelSpec>> = {
  cohere,
  cohere2,
  glm,
  granite,
  helium,
  mixtral,
  nemotron,
  olmo,
  olmo2,
  olmoe,
  persimmon,
  phi,
  qwen2_moe: qwen2Moe,
  qwen3_moe: qwen3Moe,
  stablelm,
  starcoder2,
  biogpt,
  bloom,
  codegen,
  falcon,
  gpt_bigcode: gptBigcode,
  gpt_neo: gptNeo,
  gptj,
  mpt,
  "openai-gpt": openaiGpt,
  opt,
  xglm,
  gemma,
  gemma2,
  gemma3_text: gemma3,
  gpt2,
  gpt_neox: gptNeox,
  llama,
  mistral,
  phi3,
  qwen2,
  qwen3,
};

type Family = (config: ModelConfig, weights: WeightTable) => ModelSpec;

/**
 * The parts of a checkpoint, by its config.json.
 * @throws {GraphError} "unknown-family" and whatever the family finds wrong
 */
export function modelSpecOf(config: ModelConfig, weights: WeightTable): ModelSpec {
  return familyOf(config)(config, weights);
}

/**
 * Finds the family of a config.json; called alone before weights are converted, which may take long.
 * @throws {GraphError} "unknown-family"
 */
export function familyOf(config: ModelConfig): Family {
  const type = config["model_type"];
  const build = typeof type === "string" && Object.hasOwn(families, type) ? families[type] : undefined;
  if (build !== undefined) return build;
  const said = typeof type === "string" ? `"${type.slice(0, 60)}"` : "no model_type";
  const known = Object.keys(families).join(" and ");
  throw new GraphError("unknown-family", `config.json says ${said}; this version opens ${known}.`, {
    next: "Choose a checkpoint of one of these families.",
    details: { type },
  });
}
