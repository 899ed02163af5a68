/** Which families can be opened: `model_type` of config.json to the file that knows it. */
import type { ModelConfig } from "../architectures/common/configReader";
import { biogpt } from "../architectures/biogpt";
import { bloom } from "../architectures/bloom";
import { codegen } from "../architectures/codegen";
import { cohere } from "../architectures/cohere";
import { cohere2 } from "../architectures/cohere2";
import { falcon } from "../architectures/falcon";
import { gemma } from "../architectures/gemma";
import { gemma2 } from "../architectures/gemma2";
import { gemma3 } from "../architectures/gemma3";
import { glm } from "../architectures/glm";
import { gpt2 } from "../architectures/gpt2";
import { gptBigcode } from "../architectures/gpt_bigcode";
import { gptNeo } from "../architectures/gpt_neo";
import { gptNeox } from "../architectures/gpt_neox";
import { gptj } from "../architectures/gptj";
import { granite } from "../architectures/granite";
import { helium } from "../architectures/helium";
import { llama } from "../architectures/llama";
import { mistral } from "../architectures/mistral";
import { mixtral } from "../architectures/mixtral";
import { mpt } from "../architectures/mpt";
import { nemotron } from "../architectures/nemotron";
import { olmo } from "../architectures/olmo";
import { olmo2 } from "../architectures/olmo2";
import { olmoe } from "../architectures/olmoe";
import { openaiGpt } from "../architectures/openai_gpt";
import { opt } from "../architectures/opt";
import { persimmon } from "../architectures/persimmon";
import { phi } from "../architectures/phi";
import { phi3 } from "../architectures/phi3";
import { plain } from "../architectures/plain";
import { qwen2 } from "../architectures/qwen2";
import { qwen2Moe } from "../architectures/qwen2_moe";
import { qwen3 } from "../architectures/qwen3";
import { qwen3Moe } from "../architectures/qwen3_moe";
import { stablelm } from "../architectures/stablelm";
import { starcoder2 } from "../architectures/starcoder2";
import { xglm } from "../architectures/xglm";
import type { WeightTable } from "../graph/graphBuilder";
import { GraphError } from "../graph/graphError";
import type { ModelSpec } from "../graph/modelSpec";
import { closestFamily, differences } from "./unknownFamily";

type Family = (config: ModelConfig, weights: WeightTable) => ModelSpec;

const families: Readonly<Record<string, Family>> = {
  biogpt,
  bloom,
  codegen,
  cohere,
  cohere2,
  falcon,
  gemma,
  gemma2,
  gemma3_text: gemma3,
  glm,
  gpt2,
  gpt_bigcode: gptBigcode,
  gpt_neo: gptNeo,
  gpt_neox: gptNeox,
  gptj,
  granite,
  helium,
  "introspect-plain": plain,
  llama,
  mistral,
  mixtral,
  mpt,
  nemotron,
  olmo,
  olmo2,
  olmoe,
  "openai-gpt": openaiGpt,
  opt,
  persimmon,
  phi,
  phi3,
  qwen2,
  qwen2_moe: qwen2Moe,
  qwen3,
  qwen3_moe: qwen3Moe,
  stablelm,
  starcoder2,
  xglm,
};

/**
 * The parts of a checkpoint, by its config.json.
 * @throws {GraphError} "unknown-family" and whatever the family finds wrong
 */
export function modelSpecOf(config: ModelConfig, weights: WeightTable): ModelSpec {
  return familyOf(config)(config, weights);
}

/**
 * Finds the family of a config.json; called alone before weights are converted, which may take long.
 * @throws {GraphError} "unknown-family", naming the closest family and what differs
 */
export function familyOf(config: ModelConfig): Family {
  const type = config["model_type"];
  const build = typeof type === "string" && Object.hasOwn(families, type) ? families[type] : undefined;
  if (build !== undefined) return build;
  const said = typeof type === "string" ? `the family "${type.slice(0, 60)}"` : "no model_type";
  const known = Object.keys(families);
  const closest = closestFamily(config, known);
  throw new GraphError(
    "unknown-family",
    `config.json says ${said}, which this version does not open. ${resemblance(config, closest)}`,
    {
      next: `Choose a checkpoint of one of these families: ${known.join(", ")}.`,
      details: { type, closest },
    },
  );
}

function resemblance(config: ModelConfig, closest: string | null): string {
  if (closest === null) return "Nothing in it resembles a family that can be opened.";
  const found = differences(config, closest);
  const unlike = found.length > 0 ? found.join(", ") : "what differs cannot be told from config.json";
  return `The closest it opens is ${closest}; ${found.length > 0 ? "different here: " : ""}${unlike}.`;
}
