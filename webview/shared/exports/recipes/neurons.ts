/** Recipes of the Neurons panel's figures. */
import type { NeuronsPanelData } from "../../../../src/protocol/panelApi";
import { restOfText, type NeuronEffects } from "../../../../src/protocol/neuronEffects";
import { onText, pythonText, rangeOption, withCache, type Ingredients, type Recipe } from "./recipe";

/** By the figure's name. */
export function neuronsRecipe(figure: string, data: NeuronsPanelData, from: Ingredients): Recipe | null {
  // Places in other files come from no one command.
  if (figure === "neuron-search") return null;
  const { ranking, chosen } = data;
  const tokens = { tokens: pythonText(from, ranking.window) };
  if (figure === "neurons-ranking" || chosen === null) {
    const command = onText(from, "neurons", rankOptions(data, from));
    return { command, python: { tokens, lines: rankLines(data) } };
  }
  const { layer, neuron } = chosen;
  const hook = `blocks.${layer}.mlp.hook_post`;
  const named = ["--layer", String(layer), "--neuron", String(neuron)];
  const command = onText(from, "neuron", [...named, ...rangeOption(from), ...effectOptions(data.effects)]);
  const isEffect = figure === "neuron-effects" || figure === "neuron-strengths";
  const lines =
    isEffect && data.effects
      ? effectLines(data.effects)
      : [withCache, `print(cache["${hook}"][0, :, ${neuron}])  # on every position`];
  return { command, python: { tokens, lines } };
}

function rankOptions({ ranking, only }: NeuronsPanelData, from: Ingredients): readonly string[] {
  const { by, effect, neurons } = ranking;
  const asked = effect ? targetOptions(effect.target, effect.ablation) : [];
  return [
    ...rangeOption(from),
    ...["--top", String(Math.max(1, neurons.length)), "--by", by],
    ...(only === null ? [] : ["--layer", String(only)]),
    ...asked,
  ];
}

function targetOptions(
  { position, token, minus }: NeuronEffects["target"],
  ablation: NeuronEffects["ablation"],
): readonly string[] {
  const tokens = ["--token", `#${token.id}`, "--minus", `#${minus.id}`];
  return ["--position", String(position), ...tokens, "--ablate", ablation];
}

function effectOptions(effects: NeuronEffects | undefined): readonly string[] {
  if (!effects) return [];
  const strongest = Math.max(...effects.strengths.map(({ factor }) => factor));
  return [...targetOptions(effects.target, effects.ablation), "--strongest", String(strongest)];
}

function rankLines({ ranking }: NeuronsPanelData): readonly string[] {
  const { neurons, selected } = ranking;
  const listed = neurons.map(({ layer, neuron }) => `(${layer}, ${neuron})`).join(", ");
  return [
    withCache,
    `selected = ${JSON.stringify(selected)}`,
    `for layer, neuron in [${listed}]:`,
    '    print(layer, neuron, cache[f"blocks.{layer}.mlp.hook_post"][0, selected, neuron].tolist())',
  ];
}

function effectLines(effects: NeuronEffects): readonly string[] {
  const { layer, neuron, selected, target, ablation, window } = effects;
  const rest = restOfText(window, selected);
  const value = ablation === "mean" ? `values[:, rest, ${neuron}].mean()` : "0.0";
  return [
    `selected = ${JSON.stringify(selected)}`,
    ...(ablation === "mean" ? [`rest = ${JSON.stringify(rest)}`] : []),
    "def ablate(values, hook):",
    `    values[:, selected, ${neuron}] = ${value}`,
    "    return values",
    "plain = model(tokens)",
    `ablated = model.run_with_hooks(tokens, fwd_hooks=[("blocks.${layer}.mlp.hook_post", ablate)])`,
    "for logits in (plain, ablated):",
    `    row = logits[0, ${target.position}]`,
    `    print(row.log_softmax(-1)[${target.token.id}].item(), (row[${target.token.id}] - row[${target.minus.id}]).item())`,
  ];
}
