/** `introspect lens`: what every layer's residual stream decodes to, at every position. */
import { lensAbout, lensRows } from "../../analysis/lens";
import { openLens } from "../../engine/lenses";
import type { Command } from "../command";
import { wholeNumber } from "../options";
import { readInputOrChat, factsOf, windowOf, withModel } from "../session";

/** Prints the logit lens, row by row. */
export const lensCommand: Command = {
  name: "lens",
  summary: "logit lens, or a trained one: what the residual stream decodes to at every layer",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "chat", "prefix", "bos", "top", "lens"],
  async run({ args, out, work }) {
    const k = wholeNumber("top", args.values.top ?? "5", 1);
    const input = await readInputOrChat(args);
    await withModel(args.positionals[0], work, async (session) => {
      const { open } = session;
      const { lens: file } = args.values;
      const lens = file === undefined ? null : await openLens(open, file, work);
      const window = windowOf(session, input);
      const request = { ids: window.ids, k, translate: lens?.translate };
      let layer = -1;
      let first = true;
      await out.text(`{"about":"${lensAbout}","layers":[`);
      for await (const row of lensRows(open.runner, open.vocabulary, request, work)) {
        if (row.layer !== layer) {
          await out.text(`${layer < 0 ? "" : "]},"}{"layer":${row.layer},"positions":[`);
          layer = row.layer;
          first = true;
        }
        for (const cell of row.cells) {
          await out.text(`${first ? "" : ","}${JSON.stringify(cell)}`);
          first = false;
        }
      }
      const facts = {
        ids: window.ids,
        ...(lens && { lens: lens.facts }),
        ...(await factsOf(session, window, work)),
      };
      await out.text(`]}],${JSON.stringify(facts).slice(1)}`);
    });
  },
};
