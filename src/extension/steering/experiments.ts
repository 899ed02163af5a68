/** Experiment files in the editor: lines above them, tests, comparisons, and the history of what was tried. */
import * as vscode from "vscode";
import type { Services } from "../services";
import { ResultComparison } from "./compareResult";
import { registerExperimentLenses } from "./experimentLenses";
import { ExperimentTests } from "./experimentTests";
import { HistoryStore } from "./historyStore";
import { chooseFromHistory } from "./pickHistory";
import { SteeringPanel } from "./steeringPanel";

/** What commands act on. */
export interface Experiments extends vscode.Disposable {
  readonly panel: SteeringPanel;
  readonly comparison: ResultComparison;
  chooseFromHistory(): Promise<void>;
}

/** Registers what belongs to experiments; the panel is not disposed of with it. */
export function registerExperiments(services: Services): Experiments {
  const { context, log } = services;
  const folder = context.storageUri ?? context.globalStorageUri;
  const history = new HistoryStore(folder.fsPath, (message) => log.warn(message));
  const panel = new SteeringPanel(services, history);
  const comparison = new ResultComparison(services.log);
  const tests = new ExperimentTests(services);
  const all = vscode.Disposable.from(comparison, tests, registerExperimentLenses());
  return {
    panel,
    comparison,
    chooseFromHistory: () => chooseFromHistory(history, panel),
    dispose: () => all.dispose(),
  };
}
