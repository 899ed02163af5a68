/** What tells one state of a file from another without reading it: where, which, how long, when written. */
import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { basename } from "node:path";

/** A file's state. Large numbers are decimal texts, because inodes and nanoseconds exceed a double. */
export interface FileIdentity {
  /** The path by which the file was found; links are followed. */
  readonly path: string;
  readonly inode: string;
  readonly size: number;
  /** Time of the last change to the contents, in nanoseconds. */
  readonly modified: string;
}

/** The state of a file now. Rejects as `fs.stat` does. */
export async function fileIdentity(path: string): Promise<FileIdentity> {
  const found = await stat(path, { bigint: true });
  const inode = `${found.dev}:${found.ino}`;
  return { path, inode, size: Number(found.size), modified: String(found.mtimeNs) };
}

/** A file that need not be there: its state, or that it is absent. */
export type OptionalIdentity = FileIdentity | { readonly path: string; readonly absent: true };

/** The state of a file that need not be there. */
export async function optionalIdentity(path: string): Promise<OptionalIdentity> {
  return fileIdentity(path).catch(() => ({ path, absent: true as const }));
}

/** One name for the states of several files: SHA-256 as hex. */
export function identityKey(files: readonly FileIdentity[]): string {
  const parts = files.map((f) => [f.path, f.inode, f.size, f.modified]);
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** What happened to the first of the files that is no longer as it was, as a sentence; null when all are. */
export async function changeSince(files: readonly OptionalIdentity[]): Promise<string | null> {
  const sentences = await Promise.all(files.map(changeOf));
  return sentences.find((sentence) => sentence !== null) ?? null;
}

async function changeOf(before: OptionalIdentity): Promise<string | null> {
  const name = basename(before.path);
  const now = await optionalIdentity(before.path);
  if ("absent" in before) return "absent" in now ? null : `${name} was added.`;
  if ("absent" in now) return `${name} is no longer there.`;
  if (now.size < before.size) return `${name} became shorter: ${before.size} bytes before, ${now.size} now.`;
  if (now.size !== before.size) return `${name} became longer: ${before.size} bytes before, ${now.size} now.`;
  if (now.inode !== before.inode) return `${name} was replaced by another file.`;
  if (now.modified !== before.modified) return `${name} was written to.`;
  return null;
}
