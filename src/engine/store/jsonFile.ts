/** Reads the JSON files of a model's folder. */
import { readFile, stat } from "node:fs/promises";
import { basename } from "node:path";
import { StoreError, systemCode } from "./storeError";

/** Longest JSON file that is read, in bytes: the largest tokenizer.json in use are about 35 MB. */
export const maxJsonLength = 128 * 1024 * 1024;

/**
 * The contents of a JSON file; null when there is no such file.
 * @throws {StoreError} "json-too-large", "json-malformed", "file-unreadable"
 */
export async function readJsonFile(path: string): Promise<unknown> {
  const text = await readTextFile(path);
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    const message = `${basename(path)} is not JSON.`;
    throw new StoreError("json-malformed", message, { next: `Download or repair ${path}.`, cause });
  }
}

/**
 * The JSON object in a file; null when there is no such file.
 * @throws {StoreError} "json-malformed" also when the file holds something else than an object
 */
export async function readJsonObject(path: string): Promise<Readonly<Record<string, unknown>> | null> {
  const value = await readJsonFile(path);
  if (value === null && (await readTextFile(path)) === null) return null;
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    const message = `${basename(path)} does not hold a JSON object.`;
    throw new StoreError("json-malformed", message, { next: `Download or repair ${path}.` });
  }
  return value as Record<string, unknown>;
}

/**
 * The text of a file of settings, without a byte order mark; null when there is no such file.
 * @throws {StoreError} "json-too-large", "file-unreadable"
 */
export async function readTextFile(path: string): Promise<string | null> {
  try {
    const found = await stat(path);
    if (!found.isFile()) throw unreadable(path, new Error("not a file"));
    const { size } = found;
    if (size > maxJsonLength) {
      const message = `${basename(path)} has ${size} bytes, too many for a file of settings.`;
      throw new StoreError("json-too-large", message, {
        next: `Look at ${path}; it is probably not what its name says.`,
      });
    }
    return (await readFile(path, "utf8")).replace(/^\uFEFF/, "");
  } catch (thrown) {
    if (thrown instanceof StoreError) throw thrown;
    if (systemCode(thrown) === "ENOENT") return null;
    throw unreadable(path, thrown);
  }
}

function unreadable(path: string, cause: unknown): StoreError {
  const next = `Check that ${path} is a file you may read.`;
  return new StoreError("file-unreadable", `${basename(path)} cannot be read.`, { next, cause });
}
