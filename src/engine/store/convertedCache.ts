/**
 * Room in the cache: converted weights that were not used for longest go when there are too many bytes of them. Several
 * processes share the folder, so each marks what it maps by a file of its own, named by host and process; marks of
 * processes that ended are swept away.
 */
import { readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { basename, dirname, join } from "node:path";
import { systemCode } from "./storeError";

/** End of a converted file's name. */
const weightsEnd = ".safetensors";
/** A mark of another host is believed for so long, since nobody here can ask whether its process lives. */
const foreignMarkMs = 7 * 24 * 3600 * 1000;

let marks = 0;

/** The file whose time says when a converted file was used last. The file's own time tells whether it was changed. */
export const usedMark = (path: string): string => `${path}.used`;

/** A host's name as a part of a file name. */
const host = (): string => hostname().replace(/[^a-zA-Z0-9-]/g, "-") || "host";

/**
 * Marks a converted file as in use by this process, and as used now; to be done before looking whether it is there.
 * The returned function takes the mark away. Where the folder cannot be written nothing is marked.
 */
export async function markInUse(path: string): Promise<() => Promise<void>> {
  const mark = `${path}.use.${host()}.${process.pid}.${++marks}`;
  await writeFile(mark, "").catch(() => {});
  await writeFile(usedMark(path), new Date().toISOString()).catch(() => {});
  return () => rm(mark, { force: true }).catch(() => {});
}

/**
 * Removes converted files, the least recently used first, until at most `limit` bytes are left. Never one that a living
 * process uses. Gives the names of the removed ones.
 */
export async function evictConverted(folder: string, limit: number): Promise<string[]> {
  const names = await readdir(folder).catch((): string[] => []);
  const files = await Promise.all(
    names
      .filter((name) => name.endsWith(weightsEnd))
      .map(async (name) => {
        const path = join(folder, name);
        const [found, used] = await Promise.all([statOf(path), statOf(usedMark(path))]);
        return { path, size: found?.size ?? 0, used: used?.mtimeMs ?? found?.mtimeMs ?? 0 };
      }),
  );
  let total = files.reduce((sum, { size }) => sum + size, 0);
  const removed: string[] = [];
  for (const { path, size } of files.sort((a, b) => a.used - b.used)) {
    if (total <= limit) break;
    if (!(await removeUnused(path))) continue;
    total -= size;
    removed.push(basename(path));
  }
  return removed;
}

/**
 * Takes the file out of its place first and looks for marks again: who marked it in between finds it gone and converts
 * anew, or gets it back.
 */
async function removeUnused(path: string): Promise<boolean> {
  if (await isInUse(path)) return false;
  const aside = `${path}.${process.pid}.evicted.part`;
  try {
    await rename(path, aside);
    if (await isInUse(path)) {
      await rename(aside, path);
      return false;
    }
    await rm(aside, { force: true });
    await rm(usedMark(path), { force: true });
    return true;
  } catch {
    // Another process was faster, or the system holds a mapped file.
    return false;
  }
}

async function isInUse(path: string): Promise<boolean> {
  const start = `${basename(path)}.use.`;
  const names = await readdir(dirname(path)).catch((): string[] => []);
  let inUse = false;
  for (const name of names.filter((one) => one.startsWith(start))) {
    const mark = join(dirname(path), name);
    if (await isLive(mark, name.slice(start.length))) inUse = true;
    else await rm(mark, { force: true }).catch(() => {});
  }
  return inUse;
}

async function isLive(mark: string, owner: string): Promise<boolean> {
  const [of, pid] = owner.split(".");
  if (of === host()) return isRunning(Number(pid));
  const found = await statOf(mark);
  return found !== null && Date.now() - found.mtimeMs < foreignMarkMs;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return systemCode(thrown) === "EPERM";
  }
}

async function statOf(path: string): Promise<{ size: number; mtimeMs: number } | null> {
  return stat(path).catch(() => null);
}
