/** `introspect lens`: what every layer's residual stream decodes to, at every position. */
import { lensAbout, lensRows } from "../../analysis/lens";
import type { Command } from "../command";
import { wholeNumber } from "../options";
import { readInputOrChat, factsOf, windowOf, withModel } from "../session";

/** Prints the logit lens, row by row. */
export const lensCommand: Command = {
  name: "lens",
  summary: "logit lens: what the residual stream decodes to at every layer",
  positionals: ["DIR"],
  options: ["text", "file", "ids", "chat", "prefix", "bos", "top"],
  async run({ args, out, work }) {
    const k = wholeNumber("top", args.values.top ?? "5", 1);
    const input = await readInputOrChat(args);
    await withModel(args.positionals[0], work, async (session) => {
      const { open } = session;
      const window = windowOf(session, input);
      let layer = -1;
      let first = true;
      await out.text(`{"about":"${lensAbout}","layers":[`);
      for await (const row of lensRows(open.runner, open.vocabulary, { ids: window.ids, k }, work)) {
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
      const facts = { ids: window.ids, ...(await factsOf(session, window, work)) };
      await out.text(`]}],${JSON.stringify(facts).slice(1)}`);
    });
  },
};
