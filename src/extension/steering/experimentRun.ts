/** Running an experiment: the same for the panel and for tests. */
import path from "node:path";
import type * as vscode from "vscode";
import { decodeExperiment } from "../../protocol/decodeExperiment";
import type { Experiment, SteerResult } from "../../protocol/edit";
import type { ModelInfo } from "../../protocol/model";
import type { JobWork } from "../panels/panelTask";
import type { Services } from "../services";

/** An experiment with what it came to. */
export interface ExperimentRun {
  readonly result: SteerResult;
  readonly info: ModelInfo;
}

/** An experiment and where it runs. */
export interface ExperimentPlace {
  readonly experiment: Experiment;
  /** Folder of the model. */
  readonly model: string;
  /** Folder from which paths in the experiment start; null: the model's. */
  readonly base: string | null;
}

/** The folder from which paths in an experiment's file start; null where it has none on this machine. */
export function baseOf(file: vscode.Uri | undefined): string | null {
  return file?.scheme === "file" ? path.dirname(file.fsPath) : null;
}

/**
 * Opens the model and runs the experiment on it.
 * @throws {CodedError} what the engine finds wrong with it; {CancelledError} when it was cancelled
 */
export async function runExperiment(
  { engine, models }: Pick<Services, "engine" | "models">,
  { experiment, model: folder, base }: ExperimentPlace,
  work: Partial<JobWork> & Pick<JobWork, "signal" | "meta">,
): Promise<ExperimentRun> {
  const info = folder === models.path ? await models.open(work) : await models.inspect(folder, work);
  // Checked again, now that the model's hooks and sizes are known.
  const { model, ...rest } = decodeExperiment(experiment, info);
  const asked = { ...rest, model: { ...model, path: folder } };
  const result = await engine.call("steer/run", { experiment: asked, base: base ?? folder }, work);
  return { result, info };
}
