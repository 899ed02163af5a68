/** Asks for room on the disk before a long write, in words a person can act on. */
import { statfs } from "node:fs/promises";
import { inWords } from "../../base/bytes";
import { StoreError } from "./storeError";

/** Room that is left alone, in bytes. */
const reserve = 64 * 1024 * 1024;

/**
 * Checks that a folder's disk has room.
 * @param freeBytes bytes free in the folder; asks the system by default
 * @throws {StoreError} "no-space", naming what is needed and what is there
 */
export async function checkFreeSpace(
  folder: string,
  needed: number,
  freeBytes: (folder: string) => Promise<number> = askSystem,
): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= needed + reserve) return;
  const message = `${inWords(needed)} are needed in ${folder} for converted weights, but only ${inWords(free)} are free.`;
  throw new StoreError("no-space", message, {
    next: "Free some space, or let the cache folder be on another disk.",
    details: { needed, free, folder },
  });
}

async function askSystem(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
