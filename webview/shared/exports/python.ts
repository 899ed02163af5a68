/**
 * Python that reads a figure's numbers with TransformerLens: the weights as the checkpoint has them, the same text, the
 * same beginning.
 */
import type { ModelInfo } from "../../../src/protocol/model";
import { modelName } from "../badge";
import type { PythonRead, PythonText } from "./recipes/recipe";
import { literal } from "./literal";

/** Names under which TransformerLens knows models, by their name at Hugging Face. */
const namesAtLens: Readonly<Record<string, string>> = {
  "openai-community/gpt2": "gpt2",
  gpt2: "gpt2",
  "openai-community/gpt2-medium": "gpt2-medium",
  "openai-community/gpt2-large": "gpt2-large",
  "openai-community/gpt2-xl": "gpt2-xl",
  "distilbert/distilgpt2": "distilgpt2",
  distilgpt2: "distilgpt2",
  "EleutherAI/pythia-70m": "EleutherAI/pythia-70m",
  "EleutherAI/pythia-160m": "EleutherAI/pythia-160m",
  "EleutherAI/pythia-410m": "EleutherAI/pythia-410m",
  "Qwen/Qwen2.5-0.5B": "Qwen/Qwen2.5-0.5B",
};

/** Families that TransformerLens converts from a folder, by their `model_type`. */
const converted = new Set(
  "gpt2 gpt_neo gpt_neox gptj opt llama mistral mixtral bloom qwen2 qwen3 phi phi3 gemma gemma2 olmo olmo2 olmoe".split(
    " ",
  ),
);

/** The name at Hugging Face that a folder of its cache has; null for others. */
export function hubName(path: string): string | null {
  const found = /(?:^|[\\/])models--([^\\/]+)[\\/]snapshots[\\/][^\\/]+[\\/]?$/.exec(path)?.[1];
  return found === undefined ? null : found.replace("--", "/");
}

/** A whole script, with where it comes from as its first lines. */
export function pythonScript(
  model: ModelInfo,
  { tokens, lines }: PythonRead,
  heading: readonly string[],
): string {
  const bos = Object.values(tokens).some((text) => text.bos);
  const encoded = Object.entries(tokens).flatMap(([name, text]) => encodeLines(name, text));
  return [
    ...heading.map((line) => `# ${line.replace(/\s+/gu, " ")}`),
    "# pip install transformer_lens",
    "import torch",
    ...loadLines(model, bos),
    "torch.set_grad_enabled(False)",
    "",
    ...encoded,
    "",
    ...lines,
    "",
  ].join("\n");
}

/** The model with nothing folded and nothing centred. */
function loadLines(model: ModelInfo, bos: boolean): readonly string[] {
  const hub = hubName(model.path);
  const name = hub === null ? undefined : namesAtLens[hub];
  const prepend = `default_prepend_bos=${bos ? "True" : "False"}`;
  if (name !== undefined)
    return [
      "from transformer_lens import HookedTransformer",
      "",
      `model = HookedTransformer.from_pretrained_no_processing(${literal(name)}, device="cpu", dtype=torch.float32, ${prepend})`,
    ];
  const unknown = converted.has(model.family)
    ? []
    : [`# TransformerLens may not load models of the family ${model.family}.`];
  return [
    "from transformers import AutoModelForCausalLM, AutoTokenizer",
    "from transformer_lens import HookedTransformer, loading_from_pretrained as loading",
    "",
    `# TransformerLens has no name for ${modelName(model).replace(/\s+/gu, " ")}, so from_pretrained_no_processing cannot be called.`,
    "# This loads the folder as that would: sizes from config.json, weights as they are.",
    ...unknown,
    `folder = ${literal(model.path)}`,
    "weights = AutoModelForCausalLM.from_pretrained(folder, torch_dtype=torch.float32)",
    `config = loading.get_pretrained_model_config(folder, device="cpu", ${prepend})`,
    "model = HookedTransformer(config, tokenizer=AutoTokenizer.from_pretrained(folder))",
    "model.load_state_dict(loading.get_pretrained_state_dict(folder, config, weights), strict=False)",
  ];
}

/** The text as tokens; that they are those of the picture is checked, since everything hangs on it. */
function encodeLines(name: string, { text, ids, bos }: PythonText): readonly string[] {
  const list = JSON.stringify(ids);
  if (text === null) return [`${name} = torch.tensor([${list}])`];
  const prepend = `prepend_bos=${bos ? "True" : "False"}`;
  return [
    `${name} = model.to_tokens(${literal(text)}, ${prepend})`,
    `assert ${name}[0].tolist() == ${list}, "other tokens than in Introspect"`,
  ];
}
