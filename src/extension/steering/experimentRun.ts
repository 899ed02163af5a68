/** Running an experiment: the same for the panel and for tests. */
import path from "node:path";
import type * as vscode from "vscode";
import type { Progress } from "../../base/cancel";
import { decodeExperiment } from "../../protocol/decodeExperiment";
import type { Experiment, SteerResult, SteerStep } from "../../protocol/edit";
import type { ModelInfo } from "../../protocol/model";
import type { CallMeta } from "../../protocol/rpcMessages";
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

/** How a run is stopped and told of. */
type RunWork = Partial<Omit<JobWork, "meta">> &
  Pick<JobWork, "signal"> & { readonly meta: JobWork["meta"] & CallMeta };

/** The folder from which paths in an experiment's file start; null where it has none on this machine. */
export function baseOf(file: vscode.Uri | undefined): string | null {
  return file?.scheme === "file" ? path.dirname(file.fsPath) : null;
}

/** What both kinds of run share: the model opened, the experiment held against it. */
async function ready(
  { models }: Pick<Services, "models">,
  { experiment, model: folder, base }: ExperimentPlace,
  work: RunWork,
): Promise<{ readonly info: ModelInfo; readonly asked: { experiment: Experiment; base: string } }> {
  const info = folder === models.path ? await models.open(work) : await models.inspect(folder, work);
  // Checked again, now that the model's hooks and sizes are known.
  const { model, ...rest } = decodeExperiment(experiment, info);
  return {
    info,
    asked: { experiment: { ...rest, model: { ...model, path: folder } }, base: base ?? folder },
  };
}

/**
 * Continues at the experiment's strength alone, from what the engine kept of earlier ones.
 * @throws {CodedError} what the engine finds wrong with it; {CancelledError} when it was cancelled
 */
export async function stepExperiment(
  services: Pick<Services, "engine" | "models">,
  place: ExperimentPlace,
  work: RunWork,
): Promise<SteerStep> {
  const { asked } = await ready(services, place, work);
  return services.engine.call("steer/step", asked, work);
}

/**
 * Least milliseconds between two parts of a result. Each goes to the page with all that is shown, and what a person asks
 * meanwhile is answered behind them.
 */
const partEveryMs = 500;

/**
 * Opens the model and runs the experiment on it. `onPart` is given, now and then, the result as far as it goes.
 * @throws {CodedError} what the engine finds wrong with it; {CancelledError} when it was cancelled
 */
export async function runExperiment(
  services: Pick<Services, "engine" | "models">,
  place: ExperimentPlace,
  work: RunWork,
  onPart?: (result: SteerResult) => void,
): Promise<ExperimentRun> {
  const { info, asked } = await ready(services, place, work);
  let shown = 0;
  let newest: unknown;
  const onProgress = ({ partial, ...progress }: Progress): void => {
    newest = partial ?? newest;
    if (onPart && Date.now() - shown < partEveryMs) return;
    shown = Date.now();
    work.onProgress?.(progress);
    if (newest !== undefined) onPart?.(newest as SteerResult);
    newest = undefined;
  };
  return { result: await services.engine.call("steer/run", asked, { ...work, onProgress }), info };
}
