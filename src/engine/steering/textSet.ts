/** Texts that measures are taken on, read from where they lie. */
import { readFile, stat } from "node:fs/promises";
import { isAbsolute, resolve } from "node:path";
import type { TextSet } from "../../protocol/steeringMeasure";
import { EngineError } from "../engineError";

const mostBytes = 64 * 1024 * 1024;

/**
 * The texts of a set, empty ones left out.
 * @param base  folder from which a file's relative path starts
 * @throws {EngineError} "bad-texts"
 */
export async function textsOf(set: TextSet, base: string): Promise<readonly string[]> {
  if ("texts" in set) return set.texts;
  const text = await readWhole(set.file, base);
  const found = cut(text, set.split ?? "whole").filter((part) => part.trim() !== "");
  if (found.length > 0) return found;
  throw new EngineError("bad-texts", `The file of texts ${set.file} holds no text.`, {
    next: "Give one that does.",
  });
}

async function readWhole(file: string, base: string): Promise<string> {
  const path = isAbsolute(file) ? file : resolve(base, file);
  const next = "Check the path: it starts from the folder of the file that names it.";
  try {
    const { size } = await stat(path);
    if (size > mostBytes) {
      const message = `The file of texts ${file} is larger than 64 MiB.`;
      throw new EngineError("bad-texts", message, { next: "Give a part of it." });
    }
    const bytes = await readFile(path);
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    if (cause instanceof EngineError) throw cause;
    const why = (cause as NodeJS.ErrnoException).code ?? "it is not UTF-8";
    throw new EngineError("bad-texts", `The file of texts ${file} cannot be read: ${why}.`, { next, cause });
  }
}

function cut(text: string, split: "whole" | "lines" | "sentences"): readonly string[] {
  if (split === "whole") return [text];
  if (split === "lines") return text.split(/\r?\n/);
  // A sentence ends with a mark and what closes it, before a space; a line break ends one as well.
  return text.split(/\r?\n/).flatMap((line) => line.split(/(?<=[.!?…][)"'’”]*)\s+/u));
}
