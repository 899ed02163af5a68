/** Files and standard input, read whole as UTF-8; what is not UTF-8 is refused, never guessed at. */
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { CliError } from "./cliError";

/** The longest text a string can hold is a little more. */
const mostBytes = 500_000_000;

/**
 * The text of a file, or of standard input for "-". A byte order mark is text like any other.
 * @throws {CliError} "file-not-found", "file-unreadable", "file-too-large", "file-not-utf8"
 */
export async function readText(
  path: string,
  stdin: AsyncIterable<Uint8Array> = process.stdin,
): Promise<string> {
  const name = path === "-" ? "Standard input" : path;
  const bytes = path === "-" ? await readAll(stdin, name) : await readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    const next = "Save it as UTF-8, or choose a text file.";
    throw new CliError("file-not-utf8", `${name} is not UTF-8 text.`, { next, cause });
  }
}

async function readBytes(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > mostBytes) throw tooLarge(path);
    // Pipes and devices have no size; they are read no further than files may be long.
    return await readAll(createReadStream(path), path);
  } catch (cause) {
    if (cause instanceof CliError) throw cause;
    throw fileError(path, cause);
  }
}

async function readAll(stream: AsyncIterable<Uint8Array>, name: string): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of stream) {
    size += part.length;
    if (size > mostBytes) throw tooLarge(name);
    parts.push(part);
  }
  return Buffer.concat(parts);
}

function tooLarge(name: string): CliError {
  return new CliError("file-too-large", `${name} is larger than 500 MB.`, { next: "Give a part of it." });
}

function fileError(path: string, cause: unknown): CliError {
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === "ENOENT") {
    return new CliError("file-not-found", `There is no file ${path}.`, { next: "Check the path.", cause });
  }
  const why =
    code === "EISDIR" ? "it is a folder" : code === "EACCES" ? "reading it is not allowed" : String(code);
  return new CliError("file-unreadable", `${path} cannot be read: ${why}.`, {
    next: "Choose another file.",
    cause,
  });
}
