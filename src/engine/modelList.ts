/** The models that can be chosen: what is on this machine, and what the catalogue has beside it. */
import { readdir, realpath, stat, statfs } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import { modelNameOf } from "../base/modelName";
import { downloadSize, type CatalogueEntry } from "../protocol/catalogue";
import {
  downloadFolderName,
  downloadRecordName,
  partialSuffix,
  type ListedModel,
  type ModelList,
  type ModelListRequest,
  type ModelSource,
} from "../protocol/modelList";
import { inspectFolder } from "./inspectFolder";
import { memoryBudget, workingBytes } from "./memory";
import { hubCacheFolder, hubSnapshots } from "./store/hubCache";
import { readJsonObject } from "./store/jsonFile";

/** Where to look, and how much memory there is. */
export interface ModelListOptions extends WorkOptions {
  /** Folder of the cache that is shared with the command line. */
  readonly cacheDirectory: string;
  /** Most bytes a model may take; decided by the machine where it is left out. */
  readonly memoryBudget?: number | undefined;
  /** Folder of the Hugging Face cache. */
  readonly hubCache?: string;
}

/** Folder into which models are downloaded. */
export function downloadsFolder(cacheDirectory: string): string {
  return join(cacheDirectory, "models");
}

/** Looks through all places. What cannot be used is listed with the reason. */
export async function listModels(request: ModelListRequest, options: ModelListOptions): Promise<ModelList> {
  const budget = memoryBudget(options.memoryBudget);
  const downloads = downloadsFolder(options.cacheDirectory);
  const cache = options.hubCache ?? hubCacheFolder();
  const places = await withoutRepeats([
    { source: "bundled", path: request.bundled, name: basename(request.bundled), revision: null },
    ...request.used.map((path) => placeOfUsed(path)),
    ...(await downloadedIn(downloads)),
    ...(await hubSnapshots(cache)).map((found) => ({ ...found, source: "cache" as const })),
  ]);
  const models: ListedModel[] = [];
  // One after another: headers are small, and the disk is asked in turns.
  for (const { source, path, name, revision } of places) {
    throwIfCancelled(options.signal);
    models.push({ source, name, path, revision, ...(await inspectFolder(path, budget)) });
  }
  const here = new Set(models.flatMap(({ name, problem }) => (problem ? [] : [name])));
  for (const entry of request.catalogue) {
    if (!here.has(entry.name)) models.push(await listedEntry(entry, budget, downloads));
  }
  return { budget, downloads, free: await freeIn(downloads), cache, models };
}

interface Place {
  readonly source: ModelSource;
  readonly path: string;
  readonly name: string;
  readonly revision: string | null;
}

/** A folder that was used; a snapshot of the cache has its repository's name. */
function placeOfUsed(path: string): Place {
  const inCache = /[/\\]models--[^/\\]+[/\\]snapshots[/\\]([^/\\]+)[/\\]?$/.exec(path);
  return { source: "used", path, name: modelNameOf(path), revision: inCache?.[1] ?? null };
}

async function downloadedIn(folder: string): Promise<Place[]> {
  const names = (await readdir(folder).catch((): string[] => [])).sort();
  const found = await Promise.all(
    names
      .filter((name) => !name.endsWith(partialSuffix))
      .map(async (folderName): Promise<Place | null> => {
        const path = join(folder, folderName);
        const record = await readJsonObject(join(path, downloadRecordName)).catch(() => null);
        if (record === null) return null;
        const { name, revision } = record;
        return {
          source: "downloaded",
          path,
          name: typeof name === "string" ? name : folderName,
          revision: typeof revision === "string" ? revision : null,
        };
      }),
  );
  return found.filter((place) => place !== null);
}

/** The first place of each real folder. */
async function withoutRepeats(places: readonly Place[]): Promise<Place[]> {
  const real = await Promise.all(places.map(({ path }) => realpath(path).catch(() => path)));
  return places.filter((_, i) => real.indexOf(real[i]) === i);
}

async function listedEntry(entry: CatalogueEntry, budget: number, downloads: string): Promise<ListedModel> {
  const { name, revision, parameters, sizes } = entry;
  const needed = 4 * parameters + workingBytes(sizes);
  const begun = await bytesIn(join(downloads, downloadFolderName(name) + partialSuffix));
  return {
    source: "catalogue",
    name,
    path: null,
    revision,
    family: sizes.family,
    parameters,
    bytes: downloadSize(entry).bytes,
    needed,
    fits: needed <= budget,
    entry,
    ...(begun > 0 ? { begun } : {}),
  };
}

async function bytesIn(folder: string): Promise<number> {
  const names = await readdir(folder).catch((): string[] => []);
  const sizes = await Promise.all(names.map((name) => stat(join(folder, name)).catch(() => null)));
  return sizes.reduce((sum, found) => sum + (found?.isFile() ? found.size : 0), 0);
}

/** Bytes free where a folder is, or will be. */
async function freeIn(folder: string): Promise<number | null> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await statfs(at).catch(() => null);
    if (found !== null) return found.bavail * found.bsize;
    if (dirname(at) === at) return null;
  }
}
