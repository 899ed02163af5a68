/** `introspect models`: what can be looked into on this machine, and what could be downloaded. */
import { listModels } from "../../engine/modelList";
import { defaultCacheDirectory } from "../../engine/store/cacheDirectory";
import { shipped } from "../catalogueFile";
import type { Command } from "../command";

/** Prints the list that *Choose Model* shows, without the folders that the editor remembers. */
export const modelsCommand: Command = {
  name: "models",
  summary: "models on this machine and in the catalogue: size, family, whether they fit",
  positionals: [],
  options: ["memory-budget"],
  async run({ out, work }) {
    const { bundled, catalogue } = await shipped();
    const request = { bundled, used: [], catalogue };
    await out.value(await listModels(request, { cacheDirectory: defaultCacheDirectory(), ...work }));
  },
};
