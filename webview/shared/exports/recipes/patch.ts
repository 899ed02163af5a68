/** Recipes of the Patch panel's figures. */
import type { PatchPlace } from "../../../../src/protocol/patch";
import { pairsText } from "../../../../src/protocol/patchPairs";
import type { PatchPanelData } from "../../../../src/protocol/panelApi";
import { textOf, type Ingredients, type Recipe } from "./recipe";

const hooks: Readonly<Record<PatchPlace, string>> = {
  resid: "hook_resid_pre",
  attn: "hook_attn_out",
  mlp: "hook_mlp_out",
};

/** What was chosen, as options: tokens by their ids, positions as they were paired. */
function chosen({ choice = {}, token, against, alignment }: PatchPanelData): string[] {
  const one = (name: string, { id }: { readonly id: number }): string[] => [name, `#${id}`];
  return [
    ...(choice.token === undefined ? [] : one("--token", token)),
    ...(choice.minus === undefined ? [] : one("--minus", against)),
    ...(choice.align === undefined
      ? []
      : ["--align", typeof choice.align === "string" ? choice.align : pairsText(alignment.pairs)]),
  ];
}

/** By the figure's name. */
export function patchRecipe(figure: string, data: PatchPanelData, from: Ingredients): Recipe | null {
  const { model, made } = from;
  const [base, source] = [textOf(from, "base"), textOf(from, "source")];
  const bos = made.bos === "auto" ? [] : ["--bos", made.bos];
  const { prefix = "" } = made.texts;
  const behind = prefix === "" ? [] : ["--prefix", prefix];
  const texts = ["--base", base, "--source", source, ...behind, ...bos];
  const words = ["introspect", "patch", model.path, ...texts, ...chosen(data)];
  const tokens = {
    base: { text: prefix + base, ids: data.base.ids, bos: data.bos },
    source: { text: prefix + source, ids: data.source.ids, bos: data.bos },
  };
  // What stands before a selection can be given to the command only as a file with ranges.
  const inDocument =
    data.context === "document" && [data.base, data.source].some(({ from: at }) => at > Number(data.bos));
  const command = inDocument ? null : { words };
  const place = (Object.keys(hooks) as PatchPlace[]).find((one) => figure === `patch-${one}`) ?? "resid";
  const pairs = data.patched.map((pair) => `(${pair.base}, ${pair.source})`).join(", ");
  const lines = [
    "_, cache = model.run_with_cache(source)",
    `pairs = [${pairs}]  # positions of the base and of the source`,
    "def measure(logits):",
    `    return (logits[0, -1, ${data.token.id}] - logits[0, -1, ${data.against.id}]).item()`,
    "plain = measure(model(base))",
    "for layer in range(model.cfg.n_layers):",
    `    name = f"blocks.{layer}.${hooks[place]}"`,
    "    effects = []",
    "    for to, at in pairs:",
    "        def patch(values, hook):",
    "            values[:, to] = cache[name][:, at]",
    "            return values",
    "        effects.append(measure(model.run_with_hooks(base, fwd_hooks=[(name, patch)])) - plain)",
    "    print(layer, effects)",
  ];
  return { command, python: { tokens, lines } };
}
