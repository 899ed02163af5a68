/** Names of everything this extension contributes. `manifest.ts` writes package.json from them; a test keeps both in step. */
import type { BosPolicy } from "../base/bosPolicy";
import type { PanelId } from "../protocol/panelApi";

/** Commands, by id. */
export enum Command {
  Explain = "introspect.explainSelection",
  ShowAttention = "introspect.showAttention",
  Patch = "introspect.patchFromSelection",
  Steer = "introspect.steeringExperiment",
  RunExperiment = "introspect.runExperimentFile",
  ChooseModel = "introspect.chooseModel",
  ShowLens = "introspect.showLens",
  ClearColours = "introspect.clearColours",
  ShowLog = "introspect.showEngineLog",
  RestartEngine = "introspect.restartEngine",
}

/** What each command takes: VS Code passes the file to those in explorer and title menus. */
export interface CommandArguments {
  [Command.Explain]: [];
  [Command.ShowAttention]: [];
  [Command.Patch]: [];
  [Command.Steer]: [];
  [Command.RunExperiment]: [file?: unknown];
  [Command.ChooseModel]: [];
  [Command.ShowLens]: [];
  [Command.ClearColours]: [];
  [Command.ShowLog]: [];
  [Command.RestartEngine]: [];
}

/** Settings, by full name. */
export enum Setting {
  ModelPath = "introspect.model.path",
  IdleMinutes = "introspect.engine.idleMinutes",
  LensColumns = "introspect.lens.columns",
  MemoryBudget = "introspect.memoryBudget",
  Device = "introspect.device",
  CudaLibraries = "introspect.cudaLibraries",
  Bos = "introspect.bos",
}

/** What each setting holds. */
export interface SettingTypes {
  /** Folder of the model; empty for the bundled one. */
  [Setting.ModelPath]: string;
  /** Minutes without a request after which the engine process ends; 0 keeps it. */
  [Setting.IdleMinutes]: number;
  /** Positions the Lens shows, the newest last. */
  [Setting.LensColumns]: number;
  /** Most gigabytes a model may take; 0 leaves it to the machine. */
  [Setting.MemoryBudget]: number;
  /** What runs the model. */
  [Setting.Device]: string;
  /** Folder of the CUDA libraries; empty for none. */
  [Setting.CudaLibraries]: string;
  /** Whether a BOS token stands before what is run. */
  [Setting.Bos]: BosPolicy;
}

/** The value of each setting that nobody has changed. */
export const settingDefaults: SettingTypes = {
  [Setting.ModelPath]: "",
  [Setting.IdleMinutes]: 5,
  [Setting.LensColumns]: 12,
  [Setting.MemoryBudget]: 0,
  [Setting.Device]: "cpu",
  [Setting.CudaLibraries]: "",
  [Setting.Bos]: "auto",
};

/** Context keys for `when` clauses. */
export enum ContextKey {
  /** True while a neuron's colours are on an editor. */
  ColoursShown = "introspect.coloursShown",
}

/** The container of the views in the activity bar. */
export const viewContainer = "introspect";

/** Ids of views and panels, as VS Code knows them. */
export const viewTypes = {
  lens: "introspect.lens",
  neurons: "introspect.neurons",
  attention: "introspect.attention",
  steering: "introspect.steering",
  patch: "introspect.patch",
} as const satisfies Record<PanelId, string>;

/** End of the name of every experiment file. */
export const experimentSuffix = ".introspect.json";

/** How many steps of colour there are on either side of zero. */
export const colourLevels = 6;

/** Sides of zero: a neuron's activation may be negative. */
export type ColourSign = "positive" | "negative";

/** Name of a contributed theme colour: the fill or the border of a step, 1 … `colourLevels`. */
export function colourId(part: "fill" | "border", sign: ColourSign, level: number): string {
  return `introspect.activation.${sign}${part === "fill" ? "" : "Border"}${level}`;
}
