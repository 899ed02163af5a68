/**
 * Downloads a model of the catalogue because a person asked for it. Files gather in a folder of their own beside the
 * target; only when all are there and checked does it take the target's name.
 */
import { mkdir, rename, rmdir, stat, statfs, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inWords } from "../base/bytes";
import { throwIfCancelled, type WorkOptions } from "../base/cancel";
import { downloadSize, isPinned, type CatalogueEntry } from "../protocol/catalogue";
import { downloadFolderName, downloadRecordName, partialSuffix } from "../protocol/modelList";
import { asWriteError, DownloadError, isPassing } from "./downloadError";
import { fetchFile, partName, type FetchedFile } from "./fetchFile";
import { holdFile } from "./lockFile";
import { describeFile, fileUrl, type RemoteFile } from "./remoteFile";
import type { NetworkOptions } from "./request";

/**
 * Where models come from: Hugging Face, or the mirror that HF_ENDPOINT names.
 * @throws {DownloadError} "download-endpoint" where that is no address
 */
export function endpointFrom(env: Readonly<Record<string, string | undefined>>): URL {
  const named = env["HF_ENDPOINT"]?.trim() || "https://huggingface.co";
  try {
    const url = new URL(named);
    if (/^https?:$/.test(url.protocol)) return url;
  } catch {
    // Told below.
  }
  throw new DownloadError(
    "download-endpoint",
    `HF_ENDPOINT is ${JSON.stringify(named)}, which is no address.`,
    {
      next: "Set it to an address as in https://huggingface.co, or remove it.",
    },
  );
}

/** Where to, and from where. */
export interface DownloadOptions extends WorkOptions, Omit<NetworkOptions, "signal"> {
  /** Folder that gets the model's own folder. */
  readonly to: string;
  readonly endpoint: URL;
  /** Milliseconds to wait before each further try after a connection broke. */
  readonly retryAfterMs?: readonly number[];
  /** Bytes free in a folder; asks the system by default. */
  readonly freeBytes?: (folder: string) => Promise<number>;
}

/** What was downloaded, as it is written beside the files. */
export interface DownloadRecord {
  readonly version: 1;
  readonly name: string;
  /** Commit of the files; null where the server did not tell which it was. */
  readonly revision: string | null;
  /** The revision that was asked for. */
  readonly asked: string;
  readonly from: string;
  readonly licence: string;
  readonly at: string;
  readonly files: readonly FetchedFile[];
}

/** Room that is left alone, in bytes. */
const reserve = 64 * 1024 * 1024;

/**
 * Downloads a model; gives its folder and what is in it.
 * @throws {DownloadError} a code for each way it can fail; what has come is kept for the next try
 */
export async function downloadModel(
  entry: CatalogueEntry,
  options: DownloadOptions,
): Promise<DownloadRecord & { readonly path: string }> {
  const path = join(options.to, downloadFolderName(entry.name));
  const folder = path + partialSuffix;
  try {
    await requireAbsent(path);
    await mkdir(folder, { recursive: true });
    const release = await lock(folder);
    try {
      const record = await gather(entry, folder, options);
      await writeFile(join(folder, downloadRecordName), `${JSON.stringify(record, null, 2)}\n`);
      await release();
      await requireAbsent(path);
      await rename(folder, path);
      return { ...record, path };
    } finally {
      await release();
      // Only where nothing has come: a folder with something in it stays.
      await rmdir(folder).catch(() => {});
    }
  } catch (thrown) {
    throw asWriteError(thrown, options.to);
  }
}

async function gather(
  entry: CatalogueEntry,
  folder: string,
  options: DownloadOptions,
): Promise<DownloadRecord> {
  const from = options.endpoint.href.replace(/\/+$/, "");
  const asking = { done: 0, total: downloadSize(entry).bytes, message: `Asking ${options.endpoint.host}` };
  options.onProgress?.(asking);
  const { files, commit } = await describeAll(entry, from, options);
  const total = files.reduce((sum, { size }) => sum + (size ?? 0), 0);
  await requireSpace(folder, files, options);
  const fetched: FetchedFile[] = [];
  let before = 0;
  for (const file of files) {
    const onBytes = (bytes: number): void =>
      options.onProgress?.({ done: before + bytes, total, message: `Downloading ${file.name}` });
    const found = await patiently(() => fetchFile(file, { ...options, folder, onBytes }), options);
    fetched.push(found);
    before += found.size;
  }
  return {
    version: 1,
    name: entry.name,
    revision: commit ?? (isPinned(entry.revision) ? entry.revision : null),
    asked: entry.revision,
    from,
    licence: entry.licence,
    at: new Date().toISOString(),
    files: fetched,
  };
}

/** Asks for every file; where the revision is a branch, the first answer's commit is used for all others. */
async function describeAll(
  entry: CatalogueEntry,
  from: string,
  options: DownloadOptions,
): Promise<{ files: RemoteFile[]; commit: string | null }> {
  const files: RemoteFile[] = [];
  let { revision } = entry;
  let commit: string | null = null;
  for (const file of entry.files) {
    const url = fileUrl(from, { name: entry.name, revision }, file.name);
    const described = await patiently(() => describeFile(file, url, options), options);
    if (described.commit !== null && !isPinned(revision)) {
      commit = revision = described.commit;
      files.push({ ...described, url: fileUrl(from, { name: entry.name, revision }, file.name) });
    } else {
      files.push(described);
    }
  }
  return { files, commit };
}

/** Tries again after a broken connection, a few times. */
async function patiently<T>(work: () => Promise<T>, options: DownloadOptions): Promise<T> {
  for (const pause of options.retryAfterMs ?? [1000, 3000]) {
    try {
      return await work();
    } catch (error) {
      if (!isPassing(error)) throw error;
      await wait(pause, options);
    }
  }
  return work();
}

async function wait(ms: number, { signal }: WorkOptions): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    }
    signal?.addEventListener("abort", done, { once: true });
  });
  throwIfCancelled(signal);
}

async function requireSpace(
  folder: string,
  files: readonly RemoteFile[],
  options: DownloadOptions,
): Promise<void> {
  const kept = await Promise.all(
    files.map(
      async ({ name }) =>
        (await sizeOf(join(folder, name))) ?? (await sizeOf(join(folder, partName(name)))) ?? 0,
    ),
  );
  const needed = files.reduce((sum, { size }, i) => sum + Math.max(0, (size ?? 0) - kept[i]), 0);
  const free = await (options.freeBytes ?? askSystem)(folder);
  if (free >= needed + reserve) return;
  const message = `${inWords(needed)} are needed in ${options.to}, but only ${inWords(free)} are free.`;
  throw new DownloadError("no-space", message, {
    next: "Free some space, or choose another folder (--to on the command line).",
    details: { needed, free },
  });
}

async function askSystem(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

async function requireAbsent(path: string): Promise<void> {
  if ((await sizeOf(path)) === null) return;
  throw new DownloadError("download-exists", `There is a folder ${path} already; it was left as it is.`, {
    next: "Use it as it is, or remove it and download again.",
    details: { path },
  });
}

/** Marks the folder as this process's own, so that two windows do not write into one file. */
async function lock(folder: string): Promise<() => Promise<void>> {
  const release = await holdFile(join(folder, ".lock"));
  if (release !== null) return release;
  throw new DownloadError("download-running", "This model is being downloaded already.", {
    next: "Wait for it, or cancel it where it was started (another window, or the command line).",
    details: { folder },
  });
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  );
}
