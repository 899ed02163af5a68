/** Deletes a model that was downloaded here: its own folder, and nothing that anything else made. */
import { lstat, readFile, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { downloadRecordName } from "../protocol/modelList";
import { DownloadError } from "./downloadError";

/**
 * Deletes a downloaded model. Its folder must lie right in the folder of downloads, be no link, and hold the record
 * that a download writes last; the Hugging Face cache, whose files several snapshots share, is never touched. The folder is
 * first renamed, so that it is there whole or not at all.
 * @throws {DownloadError} "not-downloaded" where it is none of ours
 */
export async function deleteDownload(path: string, downloads: string): Promise<void> {
  if (!(await isDownload(path, downloads))) {
    throw new DownloadError(
      "not-downloaded",
      `${path} was not downloaded by Introspect; it was left as it is.`,
      {
        next: "Delete it where it came from, for example with the tool that downloaded it.",
        details: { path },
      },
    );
  }
  const gone = `${resolve(path)}.deleted`;
  await rm(gone, { recursive: true, force: true });
  await rename(path, gone);
  await rm(gone, { recursive: true, force: true });
}

async function isDownload(path: string, downloads: string): Promise<boolean> {
  if (dirname(resolve(path)) !== resolve(downloads)) return false;
  try {
    if (!(await lstat(path)).isDirectory()) return false;
    const record: unknown = JSON.parse(await readFile(join(path, downloadRecordName), "utf8"));
    return typeof record === "object" && record !== null && "files" in record;
  } catch {
    return false;
  }
}
