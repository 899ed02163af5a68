/**
 * Models in the Hugging Face cache: `models--ORG--NAME/snapshots/COMMIT/…`, each file a link into `blobs`, and
 * `refs/BRANCH` with the commit a branch was last seen at.
 */
import { readdir, readFile, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";

/** What the place of the cache depends on. */
export interface HubPlace {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
}

/** Folder of the cache, as huggingface_hub finds it. It need not exist. */
export function hubCacheFolder({ env, home }: HubPlace = { env: process.env, home: homedir() }): string {
  const set = (name: string): string | undefined => {
    const value = env[name]?.trim();
    if (value === undefined || value === "") return undefined;
    return resolve(/^~(?=$|[/\\])/.test(value) ? join(home, value.slice(1)) : value);
  };
  const hub = set("HF_HUB_CACHE") ?? set("HUGGINGFACE_HUB_CACHE");
  if (hub !== undefined) return hub;
  return join(set("HF_HOME") ?? join(set("XDG_CACHE_HOME") ?? join(home, ".cache"), "huggingface"), "hub");
}

/** One snapshot of a model. */
export interface HubSnapshot {
  /** "organisation/name", or a name alone. */
  readonly name: string;
  readonly revision: string;
  readonly path: string;
  /** Whether the branch `main` was at this commit when it was last looked at. */
  readonly isMain: boolean;
}

/** Every snapshot in a cache folder, by name, that of `main` first; none where there is no such folder. */
export async function hubSnapshots(folder: string): Promise<HubSnapshot[]> {
  const repositories = (await namesIn(folder)).filter((name) => name.startsWith("models--"));
  const found = await Promise.all(repositories.sort().map((name) => snapshotsOf(join(folder, name), name)));
  return found.flat();
}

async function snapshotsOf(repository: string, folderName: string): Promise<HubSnapshot[]> {
  const name = folderName.slice("models--".length).replace("--", "/");
  const main = (await readFile(join(repository, "refs", "main"), "utf8").catch(() => "")).trim();
  const snapshots = join(repository, "snapshots");
  const all = (await namesIn(snapshots)).map((revision) => ({
    name,
    revision,
    path: join(snapshots, revision),
    isMain: revision === main,
  }));
  const folders = await Promise.all(
    all.map(({ path }) =>
      stat(path).then(
        (found) => found.isDirectory(),
        () => false,
      ),
    ),
  );
  return all
    .filter((_, i) => folders[i])
    .sort((a, b) => Number(b.isMain) - Number(a.isMain) || (a.revision < b.revision ? -1 : 1));
}

const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
