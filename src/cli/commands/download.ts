/** `introspect download`: brings a model of the catalogue onto this machine. */
import { resolve } from "node:path";
import { nearest } from "../../base/nearest";
import { downloadModel, endpointFrom } from "../../download/downloadModel";
import { downloadsFolder } from "../../engine/modelList";
import { defaultCacheDirectory } from "../../engine/store/cacheDirectory";
import type { CatalogueEntry } from "../../protocol/catalogue";
import { shipped } from "../catalogueFile";
import { usageError } from "../cliError";
import type { Command } from "../command";

/** Prints the folder and what is in it, once everything was checked. */
export const downloadCommand: Command = {
  name: "download",
  summary: "download a model of the catalogue, checked; goes on where it was broken off",
  positionals: ["NAME"],
  options: ["to"],
  async run({ args, out, work }) {
    const entry = find(args.positionals[0], (await shipped()).catalogue);
    const to = args.values.to;
    const { signal, onProgress } = work;
    const { path, ...record } = await downloadModel(entry, {
      signal,
      onProgress,
      to: to === undefined ? downloadsFolder(defaultCacheDirectory()) : resolve(to),
      endpoint: endpointFrom(process.env),
      proxyEnv: process.env,
    });
    await out.value({ path, ...record });
  },
};

/** The entry of a name; the part after the organisation is enough. */
function find(name: string, catalogue: readonly CatalogueEntry[]): CatalogueEntry {
  const wanted = name.toLowerCase();
  const last = (full: string): string => full.slice(full.indexOf("/") + 1);
  const found = catalogue.find(
    (entry) => entry.name.toLowerCase() === wanted || last(entry.name).toLowerCase() === wanted,
  );
  if (found !== undefined) return found;
  const names = catalogue.map((entry) => entry.name);
  const near = nearest(name, [...names, ...names.map(last)]);
  const next = near === undefined ? `It has: ${names.join(", ")}.` : `Did you mean ${near}?`;
  throw usageError(`The catalogue has no model ${JSON.stringify(name.slice(0, 60))}.`, next);
}
