/** What `introspect verify` found of a model, kept in the cache by the model's digest and the device. */
import { mkdir, readdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { VerifyRecord } from "../../protocol/verify";

const folderOf = (cacheDirectory: string): string => join(cacheDirectory, "verified");

/** Remembers the outcome of a verification; a cache that cannot be written only forgets it. */
export async function keepVerified(
  cacheDirectory: string,
  digest: string,
  record: VerifyRecord,
): Promise<void> {
  const path = join(folderOf(cacheDirectory), `${digest}.${record.device}.json`);
  const temporary = `${path}.${process.pid}.part`;
  try {
    await mkdir(folderOf(cacheDirectory), { recursive: true });
    await writeFile(temporary, JSON.stringify(record));
    await rename(temporary, path);
  } catch {
    return;
  }
}

/** What is remembered of a model, one record per device, in the order of their names. */
export async function verifiedOf(cacheDirectory: string, digest: string): Promise<VerifyRecord[]> {
  const folder = folderOf(cacheDirectory);
  const names = await readdir(folder).catch((): string[] => []);
  const own = names.filter((name) => name.startsWith(`${digest}.`) && name.endsWith(".json")).sort();
  const records = await Promise.all(own.map((name) => readRecord(join(folder, name))));
  return records.filter((record) => record !== null);
}

async function readRecord(path: string): Promise<VerifyRecord | null> {
  try {
    const value = JSON.parse(await readFile(path, "utf8")) as Partial<VerifyRecord>;
    const { device, passed, failed, at } = value;
    const isWhole = typeof device === "string" && typeof passed === "boolean" && typeof at === "string";
    return isWhole && Array.isArray(failed) ? { device, passed, failed: failed.map(String), at } : null;
  } catch {
    return null;
  }
}
