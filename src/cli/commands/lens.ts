/** `introspect lens`: what every layer's residual stream decodes to, at every position. */
import { lensAbout, lensRows } from "../../analysis/lens";
import { openLens } from "../../engine/lenses";
import { isForetold, perplexityOf } from "../../analysis/lens/perplexity";
import { coveredPositions } from "../../analysis/common/selection";
import { isCounted, type RunWindow } from "../../protocol/model";
import type { LensCell } from "../../protocol/lens";
import type { Command } from "../command";
import { rangeOf, wholeNumber } from "../options";
import { readInputOrChat, factsOf, windowOf, withModel } from "../session";

/** Prints the logit lens, row by row. */
export const lensCommand: Command = {
  name: "lens",
  summary: "logit lens, or a trained one: what the residual stream decodes to at every layer",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "chat", "prefix", "bos", "top", "range", "lens"],
  async run({ args, out, work }) {
    const k = wholeNumber("top", args.values.top ?? "5", 1);
    const range = args.values.range === undefined ? undefined : rangeOf(args.values.range);
    const input = await readInputOrChat(args);
    await withModel(args.positionals[0], work, async (session) => {
      const { open } = session;
      const { lens: file } = args.values;
      const lens = file === undefined ? null : await openLens(open, file, work);
      const window = windowOf(session, input);
      const request = { ids: window.ids, k, translate: lens?.translate };
      const summary = new Summary(window, range);
      let layer = -1;
      let first = true;
      await out.text(`{"about":"${lensAbout}","layers":[`);
      for await (const row of lensRows(open.runner, open.vocabulary, request, work)) {
        if (row.layer !== layer) {
          await out.text(`${layer < 0 ? "" : "]},"}{"layer":${row.layer},"positions":[`);
          layer = row.layer;
          first = true;
        }
        summary.add(row.layer, row.cells);
        for (const cell of row.cells) {
          await out.text(`${first ? "" : ","}${JSON.stringify(cell)}`);
          first = false;
        }
      }
      const facts = {
        ids: window.ids,
        ...summary.facts(),
        ...(lens && { lens: lens.facts }),
        ...(await factsOf(session, window, work)),
      };
      await out.text(`]}],${JSON.stringify(facts).slice(1)}`);
    });
  },
};

/** What a lens says of a whole text, gathered row by row. */
class Summary {
  private readonly tops: (number | undefined)[] = [];
  private readonly depth: number[] = [];
  private readonly surprisal: number[][] = [];
  private readonly foretold: ReadonlySet<number>;

  /** @param range  tokens over which the means go; left out, all that count */
  constructor(window: Pick<RunWindow, "tokens">, range: Parameters<typeof coveredPositions>[1] | undefined) {
    const all = window.tokens.flatMap((token, pos) => (isCounted(token, pos) ? [pos] : []));
    const covered = range === undefined ? all : coveredPositions(window, range);
    this.foretold = new Set(
      covered.map((pos) => pos - 1).filter((pos) => pos >= 0 && isForetold(window, pos)),
    );
  }

  add(layer: number, cells: readonly LensCell[]): void {
    const list = (this.surprisal[layer] ??= []);
    for (const { pos, top, surprisal } of cells) {
      const best = top[0]?.id;
      if (best !== this.tops[pos]) this.depth[pos] = layer;
      this.tops[pos] = best;
      if (surprisal !== null && this.foretold.has(pos)) list.push(surprisal);
    }
  }

  /** Per position the lowest row from which its top token no longer changes, and the mean surprisal of each row. */
  facts(): object {
    return { depth: this.depth, perplexity: perplexityOf(this.surprisal) };
  }
}
