/** What a sweep has measured so far, in a file that outlives a crash: one line a cell, appended as it is measured. */
import { appendFile, readFile, rm, truncate } from "node:fs/promises";
import { basename } from "node:path";
import type { KeptCell, SweepKeeper } from "../../analysis/steeringSweep";
import { asInteger, asNumber, asObject, asText } from "../../protocol/decode";
import { EngineError } from "../engineError";

const format = "introspect-sweep-1";

/** Cells by name, and the file they are kept in. */
export class SweepFile implements SweepKeeper {
  private constructor(
    private readonly path: string,
    private readonly cells: Map<string, KeptCell>,
  ) {}

  /**
   * Goes on from a file, or begins one; null where no file may be written, which is no reason not to sweep.
   * @param settings  digest of everything the cells depend on
   * @throws {EngineError} "sweep-of-another-plan" where the file belongs to other settings
   */
  static async open(path: string, settings: string): Promise<SweepFile | null> {
    const text = await readFile(path, "utf8").catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === "ENOENT") return null;
      throw unusable(path, `cannot be read: ${cause.code ?? String(cause)}`, cause);
    });
    if (text === null || text === "") {
      const head = `${JSON.stringify({ format, settings })}\n`;
      return append(path, head).then(
        () => new SweepFile(path, new Map()),
        () => null,
      );
    }
    // What a crash cut off in the middle of a line is measured again.
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) await truncate(path, Buffer.byteLength(whole));
    const [head, ...lines] = whole.split("\n").slice(0, -1);
    if (headOf(head) !== settings)
      throw unusable(path, "was begun with another plan, text, direction or model");
    return new SweepFile(path, new Map(lines.map((line) => decodeLine(line, path))));
  }

  /** Cells that are known. */
  get size(): number {
    return this.cells.size;
  }

  known(name: string): KeptCell | undefined {
    return this.cells.get(name);
  }

  async keep(name: string, cell: KeptCell): Promise<void> {
    this.cells.set(name, cell);
    await append(this.path, `${JSON.stringify({ name, ...cell })}\n`);
  }

  /** Removes the file: the sweep is done. */
  async remove(): Promise<void> {
    await rm(this.path, { force: true });
  }
}

async function append(path: string, line: string): Promise<void> {
  await appendFile(path, line).catch((cause: NodeJS.ErrnoException) => {
    const message = `${path} cannot be written: ${cause.code ?? String(cause)}.`;
    const next =
      "Make room, or put the plan where files may be written: what was measured is kept beside it.";
    throw new EngineError("file-not-written", message, { next, cause });
  });
}

function headOf(line: string | undefined): string | null {
  try {
    const head = JSON.parse(line ?? "") as { format?: unknown; settings?: unknown };
    return head.format === format && typeof head.settings === "string" ? head.settings : null;
  } catch {
    // No head is that of another file.
    return null;
  }
}

function decodeLine(line: string, path: string): [string, KeptCell] {
  try {
    const { name, effect, cost, relativeNorm, skipped } = asObject(JSON.parse(line), "line");
    const cell = {
      effect: asNumber(effect, "effect"),
      cost: asNumber(cost, "cost"),
      relativeNorm: relativeNorm === null ? null : asNumber(relativeNorm, "relativeNorm"),
      skipped: asInteger(skipped, "skipped", { min: 0 }),
    };
    return [asText(name, "name"), cell];
  } catch (cause) {
    throw unusable(path, "holds a line that is no cell", cause);
  }
}

function unusable(path: string, why: string, cause?: unknown): EngineError {
  const next = `Run the plan it was begun with to go on, or remove ${path} to begin anew.`;
  return new EngineError("sweep-of-another-plan", `The unfinished sweep ${basename(path)} ${why}.`, {
    next,
    cause,
  });
}
