/** `introspect model`: what a checkpoint is. */
import type { Command } from "../command";
import { withModel } from "../session";

/** Prints the model's description, its digest computed. */
export const modelCommand: Command = {
  name: "model",
  summary: "describe a checkpoint: sizes, hooks, digest",
  positionals: ["DIR"],
  options: [],
  run: ({ args, out, work }) =>
    withModel(args.positionals[0], work, async ({ open, info }) => {
      await out.value({ ...info, digest: await open.digest(work) });
    }),
};
