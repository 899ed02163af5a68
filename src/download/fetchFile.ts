/**
 * Fetches one file into a folder: under a temporary name, going on from what an earlier try has left, checked, then
 * renamed. Bytes go straight to the disk; hashing a piece takes well below a millisecond, so nothing is held up.
 */
import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, readFile, rename, rm, stat, writeFile, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { throwIfCancelled } from "../base/cancel";
import { CancelledError } from "../base/errors";
import { asDownloadError, asWriteError, DownloadError, goOn, statusError } from "./downloadError";
import type { RemoteFile } from "./remoteFile";
import { ask, type Answer, type NetworkOptions } from "./request";

/** A file that is there and was checked. */
export interface FetchedFile {
  readonly name: string;
  readonly size: number;
  readonly sha256: string;
  /** Against whose checksum: the catalogue's, the one the server states, or nobody's (then only its size). */
  readonly checked: "catalogue" | "server" | "size";
}

/** Where to, and whom to tell how many bytes there are by now. */
export interface FetchOptions extends NetworkOptions {
  readonly folder: string;
  readonly onBytes: (bytes: number) => void;
}

/** Name of a file that is not complete yet. */
export const partName = (name: string): string => `${name}.part`;
const tagName = (name: string): string => `${name}.part.etag`;

/**
 * Fetches a file, or finds it there from an earlier try.
 * @throws {DownloadError} for what network, server and disk do, or where the bytes are not the right ones
 */
export async function fetchFile(file: RemoteFile, options: FetchOptions): Promise<FetchedFile> {
  const path = join(options.folder, file.name);
  const there = await sizeOf(path);
  if (there !== null) {
    options.onBytes(there);
    const hashes = await hashesOf(path, file, options);
    if (isRight(file, hashes)) return fetched(file, hashes);
    await rm(path, { force: true });
  }
  const hashes = await receive(file, options);
  const part = join(options.folder, partName(file.name));
  if (!isRight(file, hashes)) {
    await forget(file, options.folder);
    throw wrong(file, hashes);
  }
  await rename(part, path);
  await rm(join(options.folder, tagName(file.name)), { force: true });
  return fetched(file, hashes);
}

/** Receives what is missing of the part; gives the hashes of the whole. */
async function receive(file: RemoteFile, options: FetchOptions): Promise<Hashes> {
  const part = join(options.folder, partName(file.name));
  const begun = (await sizeOf(part)) ?? 0;
  const tag = await readFile(join(options.folder, tagName(file.name)), "utf8").catch(() => "");
  // Without a tag nobody can tell whether the rest belongs to the beginning.
  const from = tag !== "" && (file.size === null || begun <= file.size) ? begun : 0;
  if (from > 0 && from === file.size) return hashesOf(part, file, options);
  const headers: Record<string, string> = from > 0 ? { range: `bytes=${from}-`, "if-range": tag } : {};
  const answer = await ask({ method: "GET", url: file.url, headers }, "all", options);
  const goesOn = answer.status === 206 && startOf(answer) === from;
  if (!goesOn && answer.status !== 200) {
    answer.body.destroy();
    // The part is longer than the file by now, or of another one: begin afresh.
    if (from === 0 || ![206, 416].includes(answer.status)) {
      throw statusError(answer.status, { name: file.name, host: answer.url.host });
    }
    await forget(file, options.folder);
    return receive(file, options);
  }
  const hashes = goesOn ? await hashesOf(part, file, options) : newHashes(file);
  try {
    const etag = answer.headers.etag;
    // A weak tag does not vouch for bytes.
    const strong = etag !== undefined && !etag.startsWith("W/") ? etag : "";
    await writeFile(join(options.folder, tagName(file.name)), strong);
    await write(answer, await open(part, goesOn ? "a" : "w"), { file, hashes, options });
  } catch (thrown) {
    answer.body.destroy();
    throw asWriteError(thrown, options.folder);
  }
  return hashes;
}

interface Writing {
  readonly file: RemoteFile;
  readonly hashes: Hashes;
  readonly options: FetchOptions;
}

async function write(answer: Answer, handle: FileHandle, { file, hashes, options }: Writing): Promise<void> {
  const { body, url } = answer;
  try {
    for await (const piece of pieces(body, url.host, options)) {
      await writeAll(handle, piece);
      hashes.update(piece);
      options.onBytes(hashes.size);
      if (file.size !== null && hashes.size > file.size) throw wrong(file, hashes);
    }
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (file.size !== null && hashes.size < file.size) {
    throw new DownloadError("download-cut-off", `The connection to ${url.host} broke off.`, { next: goOn });
  }
}

/** The body piece by piece; a connection that breaks, falls silent or is cancelled is told as such. */
async function* pieces(
  body: Answer["body"],
  host: string,
  { signal }: NetworkOptions,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of body) {
      throwIfCancelled(signal);
      yield piece as Uint8Array;
    }
  } catch (thrown) {
    if (signal?.aborted) throw new CancelledError();
    throw asDownloadError(thrown, host);
  }
}

async function writeAll(handle: FileHandle, piece: Uint8Array): Promise<void> {
  for (let done = 0; done < piece.length;) {
    const { bytesWritten } = await handle.write(piece, done);
    done += bytesWritten;
  }
}

/** Hashes of bytes as they come, and their number. */
class Hashes {
  size = 0;
  private readonly sha256 = createHash("sha256");
  private done: { sha256: string; git: string | null } | undefined;

  constructor(private readonly git: Hash | null) {}

  update(piece: Uint8Array): void {
    this.size += piece.length;
    this.sha256.update(piece);
    this.git?.update(piece);
  }

  get hex(): { readonly sha256: string; readonly git: string | null } {
    return (this.done ??= { sha256: this.sha256.digest("hex"), git: this.git?.digest("hex") ?? null });
  }
}

function newHashes({ expected, size }: RemoteFile): Hashes {
  const isGit = expected?.kind === "git-blob" && size !== null;
  return new Hashes(isGit ? createHash("sha1").update(`blob ${size}\0`) : null);
}

async function hashesOf(path: string, file: RemoteFile, { signal }: NetworkOptions): Promise<Hashes> {
  const hashes = newHashes(file);
  for await (const piece of createReadStream(path)) {
    throwIfCancelled(signal);
    hashes.update(piece as Uint8Array);
  }
  return hashes;
}

function isRight({ size, expected }: RemoteFile, hashes: Hashes): boolean {
  if (size !== null && hashes.size !== size) return false;
  if (expected === null) return true;
  const { sha256, git } = hashes.hex;
  // Git's checksum covers the length too: where that is not known, it cannot be computed.
  return expected.kind === "sha256" ? sha256 === expected.hex : git === null || git === expected.hex;
}

function fetched({ name, expected }: RemoteFile, hashes: Hashes): FetchedFile {
  const { sha256, git } = hashes.hex;
  const isHeld = expected !== null && (expected.kind === "sha256" || git !== null);
  return { name, size: hashes.size, sha256, checked: isHeld ? expected.by : "size" };
}

function wrong({ name, url, size, expected }: RemoteFile, hashes: Hashes): DownloadError {
  const facts = {
    next: "It was thrown away. Try again; if that does not help, a proxy may change what comes through it.",
    details: { name, size: hashes.size, expectedSize: size, expected: expected?.hex ?? null },
  };
  if (size !== null && hashes.size !== size) {
    return new DownloadError(
      "download-size",
      `${name} from ${url.host} has another length than it should.`,
      facts,
    );
  }
  return new DownloadError(
    "download-hash",
    `${name} from ${url.host} is not the right file: its checksum differs.`,
    facts,
  );
}

/** First byte of a partial answer. */
function startOf({ headers }: Answer): number | null {
  const found = /^bytes (\d+)-/.exec(headers["content-range"] ?? "");
  return found === null ? null : Number(found[1]);
}

async function forget({ name }: RemoteFile, folder: string): Promise<void> {
  await rm(join(folder, partName(name)), { force: true });
  await rm(join(folder, tagName(name)), { force: true });
}

async function sizeOf(path: string): Promise<number | null> {
  return stat(path).then(
    ({ size }) => size,
    () => null,
  );
}
