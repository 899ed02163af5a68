/**
 * Where the history of steering runs is kept: in VS Code's own storage for this workspace. Nobody asks for it, so nothing
 * of it is written into the workspace.
 */
import { randomUUID } from "node:crypto";
import { appendFile, mkdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { CancelledError, toErrorData } from "../../base/errors";
import type { Experiment, SteerResult } from "../../protocol/edit";
import { inTurn } from "../notes/fileTurn";
import type { ControlChoice } from "./controlChoice";
import {
  begunRecord,
  endedRecord,
  outcomeOf,
  readHistory,
  shortened,
  type HistoryRun,
  type RunOutcome,
} from "./historyFile";

/** A file of more bytes is cut to its newest runs, of half as many. */
const largestHistory = 4_000_000;

/** A run that begins. */
export interface RunBeginning {
  readonly experiment: Experiment;
  readonly controls: ControlChoice;
  readonly file: string | undefined;
  readonly base: string | null;
}

/** Notes the end of a run. */
export interface RunRecord {
  ready(result: SteerResult): void;
  failed(error: unknown): void;
}

/** The history of one workspace. What cannot be written is told to the log alone: no run waits for it or fails by it. */
export class HistoryStore {
  private readonly file: string;
  private writing: Promise<void> = Promise.resolve();

  constructor(
    folder: string,
    private readonly warn: (message: string) => void,
    private readonly largest = largestHistory,
  ) {
    this.file = path.join(folder, "steering-history.jsonl");
  }

  /** Notes that a run begins. */
  begin({ experiment, controls, file, base }: RunBeginning): RunRecord {
    const id = randomUUID();
    const place = { ...(file === undefined ? {} : { file }), ...(base === null ? {} : { base }) };
    this.append(begunRecord({ id, at: Date.now(), controls, experiment, ...place }));
    const end = (outcome: RunOutcome): void => this.append(endedRecord(id, outcome));
    return {
      ready: (result) => end(outcomeOf(result)),
      failed: (error) =>
        end(
          error instanceof CancelledError
            ? { end: "cancelled" }
            : { end: "error", error: toErrorData(error).message },
        ),
    };
  }

  /** The runs, newest first. */
  async runs(): Promise<HistoryRun[]> {
    await this.settled();
    return readHistory(await readFile(this.file, "utf8").catch(() => ""));
  }

  /** Forgets all runs. */
  async clear(): Promise<void> {
    await this.settled();
    await rm(this.file, { force: true });
  }

  /** Waits until what was noted so far is written. */
  async settled(): Promise<void> {
    await this.writing;
  }

  private append(text: string): void {
    this.writing = this.writing
      .then(() => inTurn(this.file, () => this.write(text)))
      .catch((error: unknown) => this.warn(`Steering history: ${toErrorData(error).message}`));
  }

  private async write(text: string): Promise<void> {
    await mkdir(path.dirname(this.file), { recursive: true });
    await appendFile(this.file, text);
    if ((await stat(this.file)).size <= this.largest) return;
    const whole = `${this.file}.${process.pid}.new`;
    await writeFile(whole, shortened(await readFile(this.file, "utf8"), this.largest / 2));
    await rename(whole, this.file);
  }
}
