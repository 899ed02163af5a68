/** Brings weights files into one real folder, because onnxruntime maps files of one folder and follows no link out of it. */
import { constants, copyFile, link, mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { CodedError } from "../../base/errors";
import { throwIfCancelled, type WorkOptions } from "../../base/cancel";
import { fileIdentity, identityKey, type FileIdentity } from "./fileIdentity";
import { checkFreeSpace } from "./freeSpace";
import { StoreError } from "./storeError";
import type { WeightsFile } from "./weightsTensors";

/** One folder, and the name each real path has in it. */
export interface Gathered {
  readonly directory: string;
  readonly nameOf: ReadonlyMap<string, string>;
}

/**
 * The folder that holds all files: their own where they share one, else a folder of the cache with hard links
 * (copies where the disk is another).
 * @throws {StoreError} "no-space", "cache-unwritable"
 */
export async function gatherInOneDirectory(
  files: readonly WeightsFile[],
  options: WorkOptions & { readonly cacheDirectory: string },
): Promise<Gathered> {
  const folders = new Set(files.map(({ real }) => dirname(real)));
  if (folders.size === 1) {
    return {
      directory: dirname(files[0].real),
      nameOf: new Map(files.map((f) => [f.real, basename(f.real)])),
    };
  }
  const identities = await Promise.all(files.map(({ real }) => fileIdentity(real)));
  const directory = join(options.cacheDirectory, "linked", identityKey(identities));
  if (!(await isComplete(directory, files, identities))) {
    try {
      await build(directory, files, { ...options, identities });
    } catch (thrown) {
      if (thrown instanceof CodedError) throw thrown;
      const message = `The shards could not be brought together in ${directory}.`;
      const next = "Check that the cache folder can be written, or put the shards into one folder.";
      throw new StoreError("cache-unwritable", message, { next, cause: thrown });
    }
  }
  return { directory, nameOf: new Map(files.map((f) => [f.real, f.name])) };
}

async function isComplete(
  directory: string,
  files: readonly WeightsFile[],
  identities: readonly FileIdentity[],
): Promise<boolean> {
  const there = await Promise.all(
    files.map(({ name }, i) =>
      fileIdentity(join(directory, name)).then(
        (found) => found.size === identities[i].size,
        () => false,
      ),
    ),
  );
  return there.every(Boolean);
}

async function build(
  directory: string,
  files: readonly WeightsFile[],
  options: WorkOptions & { readonly identities: readonly FileIdentity[] },
): Promise<void> {
  const temporary = `${directory}.${process.pid}.part`;
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    for (const [i, { name, real }] of files.entries()) {
      throwIfCancelled(options.signal);
      options.onProgress?.({ done: i, total: files.length, message: "Bringing the shards together" });
      const target = join(temporary, name);
      await link(real, target).catch(async () => {
        await checkFreeSpace(temporary, options.identities[i].size);
        await copyFile(real, target, constants.COPYFILE_FICLONE);
      });
    }
    await rm(directory, { recursive: true, force: true });
    await rename(temporary, directory);
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
}
