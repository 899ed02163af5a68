/** What a server says of a file before it sends it, as Hugging Face's `resolve` addresses do. */
import type { CatalogueFile } from "../protocol/catalogue";
import { DownloadError, statusError } from "./downloadError";
import { ask, type NetworkOptions } from "./request";

/** A file at the server. */
export interface RemoteFile {
  readonly name: string;
  readonly url: URL;
  /** Bytes; null where neither catalogue nor server tells. */
  readonly size: number | null;
  /** Checksum to hold the file against, and who states it; null where nobody does. */
  readonly expected: Expected | null;
  /** Commit that the revision stands for, where the server tells. */
  readonly commit: string | null;
}

/** A checksum: SHA-256 of the bytes, or Git's own of a small file (SHA-1 over a header and the bytes). */
export interface Expected {
  readonly kind: "sha256" | "git-blob";
  readonly hex: string;
  readonly by: "catalogue" | "server";
}

/** Address of a file at a revision. */
export function fileUrl(base: string, model: { name: string; revision: string }, file: string): URL {
  return new URL(`${base.replace(/\/+$/, "")}/${model.name}/resolve/${model.revision}/${file}`);
}

/**
 * Asks for a file's size, checksum and commit.
 * @throws {DownloadError} where the server has no such file, or another one than the catalogue says
 */
export async function describeFile(
  file: CatalogueFile,
  url: URL,
  options: NetworkOptions,
): Promise<RemoteFile> {
  // The first host states checksum and commit; the one it sends large files from does not.
  const { status, headers, body } = await ask({ method: "HEAD", url }, "same-host", options);
  body.destroy();
  if (status >= 400) throw statusError(status, { name: file.name, host: url.host });
  const isSentOn = status >= 300;
  const size = wholeOf(headers["x-linked-size"]) ?? (isSentOn ? null : wholeOf(headers["content-length"]));
  const stated = statedBy(headers["x-linked-etag"] ?? headers["etag"]);
  const commit = textOf(headers["x-repo-commit"]);
  if (file.size !== undefined && size !== null && size !== file.size) throw otherFile(file.name, url.host);
  const known: Expected | null =
    file.sha256 === undefined ? null : { kind: "sha256", hex: file.sha256, by: "catalogue" };
  // Bytes that cannot be right need not be fetched.
  if (known && stated?.kind === "sha256" && stated.hex !== known.hex) throw otherFile(file.name, url.host);
  return {
    name: file.name,
    url,
    size: file.size ?? size,
    expected: known ?? stated,
    commit: commit !== null && /^[0-9a-f]{40}$/.test(commit) ? commit : null,
  };
}

function otherFile(name: string, host: string): DownloadError {
  return new DownloadError("download-hash", `${host} has another ${name} than the catalogue says.`, {
    next: "Nothing was used. A newer version of Introspect may know the new file; a proxy may also have changed it.",
    details: { name, host },
  });
}

function statedBy(header: string | string[] | undefined): Expected | null {
  const hex = /^(?:W\/)?"?([0-9a-f]+)"?$/i.exec(textOf(header) ?? "")?.[1]?.toLowerCase() ?? "";
  if (hex.length === 64) return { kind: "sha256", hex, by: "server" };
  return hex.length === 40 ? { kind: "git-blob", hex, by: "server" } : null;
}

const textOf = (header: string | string[] | undefined): string | null =>
  (Array.isArray(header) ? header[0] : header) ?? null;

function wholeOf(header: string | string[] | undefined): number | null {
  const text = textOf(header) ?? "";
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}
