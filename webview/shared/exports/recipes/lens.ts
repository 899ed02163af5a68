/** Recipes of the Lens's figures. */
import type { LensView } from "../../../../src/protocol/lens";
import type { LensPanelData } from "../../../../src/protocol/lensPanel";
import { onText, pythonText, rangeOption, withCache, type Ingredients, type Recipe } from "./recipe";

/** By the figure's name. */
export function lensRecipe(figure: string, data: LensPanelData, from: Ingredients): Recipe | null {
  if (figure === "lens-pinned") return data.pinned && pinnedRecipe(data.pinned);
  const options = [
    "--top",
    String(listed(figure, data)),
    ...throughOptions(data),
    ...rangeFor(figure, data, from),
  ];
  const command = figure === "lens-perplexity" && data.selected !== null && from.made.range === null;
  return {
    // What is selected reaches beyond the text that the lens was shown for: another run.
    command: command ? null : onText(from, "lens", options),
    python: { tokens: { tokens: pythonText(from, data.window) }, lines: lensLines(figure, data) },
  };
}

/** A token that is followed may stand deep in a row's list. */
function listed(figure: string, { layers, trajectories }: LensView): number {
  const k = Math.max(1, ...layers.map(({ positions }) => positions[0]?.top.length ?? 0));
  if (figure !== "lens-trajectories") return k;
  return Math.max(k, ...trajectories.flat().flatMap(({ rank }) => rank));
}

function throughOptions({ lens }: LensView): readonly string[] {
  return lens?.used === "trained" && lens.trained ? ["--lens", lens.trained.file] : [];
}

/** The means of the panel go over what is selected, else over the shown positions: those whose next token is in the text. */
function rangeFor(figure: string, data: LensPanelData, from: Ingredients): readonly string[] {
  if (figure !== "lens-perplexity") return [];
  if (data.selected !== null) return rangeOption(from);
  const { tokens } = data.window;
  const first = tokens[(data.positions[0] ?? 0) + 1];
  const last = tokens.at(-1);
  const { start } = from.made;
  if (!first || !last || last.end <= first.start) return [];
  return ["--range", `${first.start - start}:${last.end - start}`];
}

function lensLines(
  figure: string,
  { positions, layers, lens }: LensView & Partial<LensPanelData>,
): readonly string[] {
  const k = layers[0]?.positions[0]?.top.length ?? 5;
  return [
    ...(lens?.used === "trained"
      ? [
          "# Introspect read this through a trained lens; TransformerLens has none, so this is the logit lens.",
        ]
      : []),
    withCache,
    'streams = [cache[f"blocks.{layer}.hook_resid_pre"][0] for layer in range(model.cfg.n_layers)]',
    'streams.append(cache[f"blocks.{model.cfg.n_layers - 1}.hook_resid_post"][0])',
    `positions = ${JSON.stringify(positions)}`,
    "cap = model.cfg.output_logits_soft_cap",
    "for row, stream in enumerate(streams):",
    "    decoded = model.unembed(model.ln_final(stream[None, positions]))[0]",
    "    if cap > 0: decoded = cap * torch.tanh(decoded / cap)",
    "    log_probs = decoded.log_softmax(-1)",
    ...rowLines(figure, k),
  ];
}

function rowLines(figure: string, k: number): readonly string[] {
  if (figure === "lens-perplexity")
    return [
      "    scored = [(i, p) for i, p in enumerate(positions) if p > 0 and p + 1 < tokens.shape[1]]",
      "    losses = [-log_probs[i, tokens[0, p + 1]].item() for i, p in scored]",
      "    print(row, sum(losses) / max(1, len(losses)))  # mean surprisal in nats",
    ];
  return [
    `    top = log_probs.topk(${k}, dim=-1)`,
    "    entropy = -(log_probs.exp() * log_probs).sum(-1)",
    "    for i, position in enumerate(positions):",
    "        words = [model.to_string(token) for token in top.indices[i]]",
    "        print(row, position, entropy[i].item(), list(zip(words, top.values[i].tolist())))",
  ];
}

/** The text of a pinned lens is not kept whole, but its ids are. */
function pinnedRecipe({ view, model }: NonNullable<LensPanelData["pinned"]>): Recipe {
  const { ids, bos } = view.window;
  const options = ["--top", String(listed("lens-pinned", view)), ...throughOptions(view)];
  return {
    command: { words: ["introspect", "lens", model, "--ids", ids.join(","), ...options] },
    python: {
      tokens: { tokens: { text: null, ids, bos } },
      lines: lensLines("lens-pinned", view),
    },
  };
}
