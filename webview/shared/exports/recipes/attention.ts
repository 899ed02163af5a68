/** Recipes of the Attention panel's figures. */
import type { BlockMode } from "../../../../src/protocol/attentionEdge";
import type { AttentionPanelData, ChosenEdge } from "../../../../src/protocol/panelApi";
import { onText, pythonText, withCache, type Ingredients, type Recipe } from "./recipe";

/** By the figure's name. */
export function attentionRecipe(figure: string, data: AttentionPanelData, from: Ingredients): Recipe | null {
  const tokens = { tokens: pythonText(from, data.window) };
  if (figure === "attention-heads") {
    const repeated = data.scoredOn === "repeated";
    const command = repeated
      ? { words: ["introspect", "heads", from.model.path] }
      : onText(from, "heads", []);
    return { command, python: repeated ? null : { tokens, lines: wallLines } };
  }
  const { edge } = data;
  if (figure === "attention-why" || figure === "attention-block") {
    if (!edge) return null;
    return figure === "attention-why"
      ? {
          command: onText(from, "why-attention", whyOptions(edge)),
          python: { tokens, lines: whyLines(edge) },
        }
      : blockRecipe(edge, from, tokens);
  }
  const { layer, head } = data.pattern;
  const hook = `blocks.${layer}.attn.hook_pattern`;
  const command = onText(from, "run", ["--top", "1", "--read", hook, "--out", "pattern.npz"]);
  const { positions } = data;
  const lines = [
    withCache,
    `positions = torch.tensor(${JSON.stringify(positions)})`,
    `pattern = cache["${hook}"][0, ${head}]  # [query, key]`,
    "print(pattern[positions][:, positions])",
  ];
  return { command, python: { tokens, lines } };
}

const wallLines = [
  withCache,
  "n = tokens.shape[1]",
  "for layer in range(model.cfg.n_layers):",
  '    patterns = cache[f"blocks.{layer}.attn.hook_pattern"][0]  # [head, query, key]',
  "    previous = patterns.diagonal(-1, dim1=1, dim2=2).mean(-1)",
  "    entropy = -(patterns * patterns.clamp_min(1e-30).log()).sum(-1).mean(-1)",
  '    print(layer, "previous token", previous.tolist(), "entropy", entropy.tolist())',
];

const atOption = ({ layer, head, query, key }: ChosenEdge): readonly string[] => [
  "--at",
  `${layer}:${head}:${query}:${key}`,
];

function whyOptions(edge: ChosenEdge): readonly string[] {
  const pairs = edge.why?.pairs.length ?? 0;
  return [...atOption(edge), "--top", String(Math.max(1, pairs))];
}

function whyLines({ layer, head, query, key }: ChosenEdge): readonly string[] {
  return [
    withCache,
    `scores = cache["blocks.${layer}.attn.hook_attn_scores"][0, ${head}, ${query}, : ${query} + 1]`,
    `print(scores[${key}].item(), (scores[${key}] - scores.mean()).item())  # the score, and what its parts add up to`,
  ];
}

function blockRecipe(
  edge: ChosenEdge,
  from: Ingredients,
  tokens: NonNullable<Recipe["python"]>["tokens"],
): Recipe | null {
  const mode: BlockMode = edge.blocks.before ? "before" : "after";
  const block = edge.blocks[mode];
  if (!block) return null;
  const { layer, head, query, key } = edge;
  const minus = `#${block.against.id}`;
  const options = [
    ...atOption(edge),
    "--softmax",
    mode,
    "--position",
    String(block.position),
    "--minus",
    minus,
    "--controls",
    block.compared,
  ];
  const hook = mode === "before" ? "hook_attn_scores" : "hook_pattern";
  const value = mode === "before" ? 'float("-inf")' : "0.0";
  const lines = [
    "def block(values, hook):",
    `    values[:, ${head}, ${query}, ${key}] = ${value}`,
    "    return values",
    "plain = model(tokens)",
    `blocked = model.run_with_hooks(tokens, fwd_hooks=[("blocks.${layer}.attn.${hook}", block)])`,
    "for logits in (plain, blocked):",
    `    row = logits[0, ${block.position}]`,
    `    print(row.log_softmax(-1)[${block.token.id}].item(), (row[${block.token.id}] - row[${block.against.id}]).item())`,
  ];
  return { command: onText(from, "block-edge", options), python: { tokens, lines } };
}
