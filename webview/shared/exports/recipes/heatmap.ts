/** Recipe of the picture of a coloured text: the scalar of every token of the whole text. */
import { heatmapCommand, longestRepeated } from "../../../../src/protocol/heatmapCommand";
import type { HeatmapMeasure } from "../../../../src/protocol/heatmap";
import type { HeatmapPanelData, WholeRun } from "../../../../src/protocol/heatmapPanel";
import { literal } from "../literal";
import { pythonText, textOf, type Ingredients, type Recipe } from "./recipe";

/** The command, and a script that measures window by window as the editor does. */
export function heatmapRecipe(data: HeatmapPanelData, from: Ingredients): Recipe {
  const { measure, unit, at, whole } = data;
  const { model, made } = from;
  const asked = { measure, at, model: model.path, bos: made.bos, text: textOf(from, "text") };
  const command =
    made.texts.text === undefined ? null : heatmapCommand({ ...asked, inBits: unit === "bits" });
  const missing = whyNoPython(data);
  if (missing !== null || whole === null) return { command, python: null, whyNoPython: missing ?? "" };
  const lines = scriptLines(data, whole, read(data));
  return { command, python: { tokens: { tokens: pythonText(from, whole) }, lines } };
}

/** Why there is no script; null where there is one. */
function whyNoPython({ measure, at, measured, whole }: HeatmapPanelData): string | null {
  if (measure.kind === "attention" && at === null)
    return "The token that attention is about has no known place; wait until its text is measured, and look again.";
  if (measured < 1)
    return "A script reads the whole text, and only a part of it is measured; measure all of it, and look again.";
  if (whole === null)
    return `A script repeats the whole text, and this one has more than ${longestRepeated} characters; select a part into a file of its own, or save the numbers as JSON.`;
  return measure.kind === "norm" ? whyNoHook(measure.hook) : null;
}

/** Hooks that TransformerLens has not, or not at the same place. */
function whyNoHook(hook: string): string | null {
  if (/\.hook_proj$/.test(hook))
    return `TransformerLens has no hook ${hook}; copy it as a command line instead.`;
  if (/hook_normalized$/.test(hook))
    return `TransformerLens reads ${hook} behind gain and bias, so its norm is another; copy it as a command line instead.`;
  if (/hook_expert_weights$|hook_attn_scores$/.test(hook))
    return `TransformerLens may keep other numbers at ${hook}; copy it as a command line instead.`;
  return null;
}

/** Lines before the loop, the hooks that a window keeps, and the lines of a window, which fill `values`. */
interface Read {
  readonly before?: readonly string[];
  /** A Python expression: whether a hook of this name is kept. */
  readonly keeps: string;
  readonly window: readonly string[];
}

function scriptLines(
  { name, unit, measure }: HeatmapPanelData,
  whole: WholeRun,
  of: Read,
): readonly string[] {
  const { before = [], keeps, window } = of;
  const factor = unit === "bits" ? " / math.log(2)" : "";
  const said = [name, unit, measure.kind === "entropy" ? "of the next token" : null];
  return [
    ...(unit === "bits" ? ["import math"] : []),
    "# Ids [start, end) are run together; of them [first, end) are measured: with at least half a window before them.",
    `windows = ${JSON.stringify(windowsOf(whole))}`,
    "values = [None] * tokens.shape[1]",
    ...before,
    "for start, first, end in windows:",
    `    logits, cache = model.run_with_cache(tokens[:, start:end], names_filter=lambda name: ${keeps})`,
    ...window.map((line) => `    ${line}`),
    `# ${said.filter(Boolean).join(", ").replace(/\s+/gu, " ")}; None where there is no value`,
    "for position, value in enumerate(values):",
    "    word = model.to_string(tokens[0, position : position + 1])",
    `    print(position, repr(word), value if value is None else value${factor})`,
  ];
}

/** As `tokenWindows` of the analysis has them, since the numbers depend on where windows begin. */
function windowsOf({ ids, windowTokens }: WholeRun): readonly (readonly number[])[] {
  const stride = Math.max(1, Math.floor(windowTokens / 2));
  const windows: number[][] = [];
  for (let start = 0, first = 0; first < ids.length; start += stride) {
    const end = Math.min(ids.length, start + windowTokens);
    if (end > first) windows.push([start, first, end]);
    first = Math.max(first, end);
  }
  return windows;
}

const noHook = "False";
const each = "for i in range(first, end):";
/** The first token of all has nothing at its left. */
const eachWithLeft = "for i in range(max(first, 1), end):";

function read(data: HeatmapPanelData): Read {
  const { measure } = data;
  switch (measure.kind) {
    case "surprisal":
      return {
        keeps: noHook,
        window: [
          "log_probs = logits[0].log_softmax(-1)",
          eachWithLeft,
          "    values[i] = -log_probs[i - 1 - start, tokens[0, i]].item()",
        ],
      };
    case "rank":
      return {
        keeps: noHook,
        window: [
          eachWithLeft,
          "    row = logits[0, i - 1 - start]",
          "    values[i] = 1 + (row > row[tokens[0, i]]).sum().item()",
        ],
      };
    case "entropy":
      return {
        keeps: noHook,
        window: [
          "log_probs = logits[0].log_softmax(-1)",
          "entropy = -(log_probs.exp() * log_probs).sum(-1)",
          each,
          "    values[i] = entropy[i - start].item()",
        ],
      };
    case "depth":
      return depthRead;
    case "neuron":
      return hookRead(
        `blocks.${measure.layer}.mlp.hook_post`,
        `cache[hook][0, i - start, ${measure.neuron}]`,
      );
    case "norm":
      return hookRead(measure.hook, `cache[hook][0, ${rowOf(measure.hook)}].norm()`);
    case "attention":
      return attentionRead(measure, data.at ?? 0);
    case "direction":
      return directionRead(measure);
  }
}

/** A token's own row; of patterns that of the query, over all heads. */
const rowOf = (hook: string): string => (hook.endsWith("hook_pattern") ? ":, i - start" : "i - start");

function hookRead(hook: string, value: string): Read {
  return {
    before: [
      `hook = ${literal(hook)}`,
      ...(hook.endsWith("hook_result") ? ["model.set_use_attn_result(True)"] : []),
    ],
    keeps: "name == hook",
    window: [each, `    values[i] = ${value}.item()`],
  };
}

const depthRead: Read = {
  before: [
    'hooks = [f"blocks.{layer}.hook_resid_pre" for layer in range(model.cfg.n_layers)]',
    'hooks.append(f"blocks.{model.cfg.n_layers - 1}.hook_resid_post")',
  ],
  keeps: "name in hooks",
  window: [
    "# The top token of each row of the logit lens; a soft cap would not change it.",
    "tops = torch.stack([model.unembed(model.ln_final(cache[hook]))[0].argmax(-1) for hook in hooks])",
    eachWithLeft,
    "    column = tops[:, i - 1 - start].tolist()",
    "    depth = len(column) - 1",
    "    while depth > 0 and column[depth - 1] == column[-1]: depth -= 1",
    "    values[i] = depth",
  ],
};

function attentionRead(
  { direction, layer, head }: Extract<HeatmapMeasure, { kind: "attention" }>,
  at: number,
): Read {
  const hook = `blocks.${layer}.attn.hook_pattern`;
  const before = [`hook, head, chosen = ${literal(hook)}, ${head}, ${at}`];
  const fromChosen = [
    "if first <= chosen < end:  # the chosen token's own row",
    "    for i in range(start, chosen + 1):",
    "        values[i] = cache[hook][0, head, chosen - start, i - start].item()",
  ];
  const toChosen = [
    "if start < chosen < end or start == chosen == 0:  # how much each token attends to the chosen one",
    "    for i in range(max(first, chosen), end):",
    "        values[i] = cache[hook][0, head, i - start, chosen - start].item()",
  ];
  return { before, keeps: "name == hook", window: direction === "from" ? fromChosen : toChosen };
}

/** Everything that a direction is stands in its two files. */
function directionRead({ file, layers, centred }: Extract<HeatmapMeasure, { kind: "direction" }>): Read {
  const chosen = layers === null ? '[header["bestLayer"]]' : JSON.stringify(layers);
  const threshold = [
    'thresholds = [layer["threshold"] for layer in header["layers"] if layer["layer"] in layers]',
    "threshold = 0.0 if None in thresholds else sum(thresholds) / len(thresholds)",
  ];
  return {
    before: [
      "import json",
      "import numpy as np",
      `header = json.load(open(${literal(file)}, encoding="utf-8"))`,
      `vectors = np.load(${literal(file.replace(/\.json$/, ".npz"))})`,
      `layers = ${chosen}`,
      "hooks = [f\"blocks.{layer}.{header['hook']}\" for layer in layers]",
      "directions = {hook: torch.tensor(vectors[hook]) for hook in hooks}",
      ...(centred ? threshold : ["threshold = 0.0"]),
    ],
    keeps: "name in hooks",
    window: [
      "scores = sum(cache[hook][0] @ (directions[hook] / directions[hook].norm()) for hook in hooks) / len(hooks)",
      each,
      "    values[i] = scores[i - start].item() - threshold",
    ],
  };
}
