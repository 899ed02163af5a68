/** Sweeps of steering in the editor: the line above a plan, and the panel. */
import type * as vscode from "vscode";
import { registerSweepLenses } from "./sweepLenses";
import { pickSweep } from "./sweepFile";
import { SweepPanel } from "./sweepPanel";
import type { Services } from "../services";
import type { SteeringPanel } from "../steering/steeringPanel";

/** What commands act on. */
export interface Sweeps extends vscode.Disposable {
  readonly panel: SweepPanel;
  /** Runs the plan of a file; without one a person is asked. */
  run(called: unknown): Promise<void>;
}

/** Registers them; experiments of cells are shown in the Steering panel. The panel is not disposed of with it. */
export function registerSweeps(services: Services, steering: SteeringPanel): Sweeps {
  const panel = new SweepPanel(services, steering);
  const lenses = registerSweepLenses();
  return {
    panel,
    run: async (called) => {
      const file = await pickSweep(called);
      if (file) await panel.runFile(file);
    },
    dispose: () => void lenses.dispose(),
  };
}
