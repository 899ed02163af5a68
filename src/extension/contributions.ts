/** Names of everything this extension contributes. `manifest.ts` writes package.json from them; a test keeps both in step. */
import type { BosPolicy } from "../base/bosPolicy";
import type { LogUnit } from "../protocol/logUnit";
import type { PanelId } from "../protocol/panelApi";

/** Commands, by id. */
export enum Command {
  Explain = "introspect.explainSelection",
  ShowAttention = "introspect.showAttention",
  Patch = "introspect.patchFromSelection",
  Steer = "introspect.steeringExperiment",
  RunExperiment = "introspect.runExperimentFile",
  RunWithControls = "introspect.runExperimentWithControls",
  CompareExperiment = "introspect.compareExperiment",
  SteeringHistory = "introspect.steeringHistory",
  RunSweep = "introspect.runSweepFile",
  ChooseModel = "introspect.chooseModel",
  ShowLens = "introspect.showLens",
  ColourBy = "introspect.colourBy",
  ExportColours = "introspect.exportTokenHeatmap",
  ColourFile = "introspect.colourFile",
  ClearColours = "introspect.clearColours",
  ShowLog = "introspect.showEngineLog",
  RestartEngine = "introspect.restartEngine",
  GoBack = "introspect.goBack",
  GoForward = "introspect.goForward",
  RaspDraw = "introspect.raspDraw",
  RaspRun = "introspect.raspRun",
  RaspRepl = "introspect.raspRepl",
  MakeDirection = "introspect.makeDirection",
  ImportDirection = "introspect.importDirection",
  OpenDirection = "introspect.openDirection",
  ColourByDirection = "introspect.colourByDirection",
  CompareDirections = "introspect.compareDirections",
  CombineDirections = "introspect.combineDirections",
  ExportDirection = "introspect.exportDirection",
  RevealDirection = "introspect.revealDirection",
  MapTexts = "introspect.mapTexts",
}

/** What each command takes: VS Code passes the file to those in explorer and title menus. */
export interface CommandArguments {
  [Command.Explain]: [];
  [Command.ShowAttention]: [];
  [Command.Patch]: [];
  [Command.Steer]: [];
  /** Lines above an experiment say which controls; menus pass what is no such word. */
  [Command.RunExperiment]: [file?: unknown, controls?: unknown];
  [Command.RunWithControls]: [file?: unknown];
  [Command.CompareExperiment]: [file?: unknown];
  [Command.SteeringHistory]: [];
  [Command.RunSweep]: [file?: unknown];
  [Command.ChooseModel]: [];
  [Command.ShowLens]: [];
  [Command.ColourBy]: [choice?: unknown];
  /** What to make, for key bindings; else it is asked for. */
  [Command.ExportColours]: [choice?: unknown];
  [Command.ColourFile]: [];
  [Command.ClearColours]: [];
  [Command.ShowLog]: [];
  [Command.RestartEngine]: [];
  [Command.GoBack]: [];
  [Command.GoForward]: [];
  /** A program and a place in the statement; without them the active editor's. */
  [Command.RaspDraw]: [uri?: unknown, at?: unknown];
  [Command.RaspRun]: [uri?: unknown, at?: unknown];
  [Command.RaspRepl]: [];
  [Command.MakeDirection]: [];
  [Command.ImportDirection]: [];
  /** A direction of the tree view, and all that are selected there; without them a person is asked. */
  [Command.OpenDirection]: [one?: unknown];
  [Command.ColourByDirection]: [one?: unknown];
  [Command.CompareDirections]: [one?: unknown, selected?: unknown];
  [Command.CombineDirections]: [one?: unknown, selected?: unknown];
  [Command.ExportDirection]: [one?: unknown];
  [Command.RevealDirection]: [one?: unknown];
  /** A file with texts and labels; without one a person is asked. */
  [Command.MapTexts]: [file?: unknown];
}

/** Settings, by full name. */
export enum Setting {
  ModelPath = "introspect.model.path",
  IdleMinutes = "introspect.engine.idleMinutes",
  LensColumns = "introspect.lens.columns",
  LensFile = "introspect.lens.file",
  MemoryBudget = "introspect.memoryBudget",
  Device = "introspect.device",
  CudaLibraries = "introspect.cudaLibraries",
  Bos = "introspect.bos",
  LensInline = "introspect.lens.inline",
  LogUnit = "introspect.unit",
}

/** What each setting holds. */
export interface SettingTypes {
  /** Folder of the model; empty for the bundled one. */
  [Setting.ModelPath]: string;
  /** Minutes without a request after which the engine process ends; 0 keeps it. */
  [Setting.IdleMinutes]: number;
  /** Positions the Lens shows, the newest last. */
  [Setting.LensColumns]: number;
  /** File of a trained lens; empty for the one beside the model. */
  [Setting.LensFile]: string;
  /** Most gigabytes a model may take; 0 leaves it to the machine. */
  [Setting.MemoryBudget]: number;
  /** What runs the model. */
  [Setting.Device]: string;
  /** Folder of the CUDA libraries; empty for none. */
  [Setting.CudaLibraries]: string;
  /** Whether a BOS token stands before what is run. */
  [Setting.Bos]: BosPolicy;
  /** Whether the lens's prediction stands at the end of the cursor's line. */
  [Setting.LensInline]: boolean;
  /** What log-probabilities, entropies and divergences are shown in. */
  [Setting.LogUnit]: LogUnit;
}

/** The value of each setting that nobody has changed. */
export const settingDefaults: SettingTypes = {
  [Setting.ModelPath]: "",
  [Setting.IdleMinutes]: 5,
  [Setting.LensColumns]: 12,
  [Setting.LensFile]: "",
  [Setting.MemoryBudget]: 0,
  [Setting.Device]: "cpu",
  [Setting.CudaLibraries]: "",
  [Setting.Bos]: "auto",
  [Setting.LensInline]: false,
  [Setting.LogUnit]: "nats",
};

/** Context keys for `when` clauses. */
export enum ContextKey {
  /** True while colours or underlines are on an editor. */
  ColoursShown = "introspect.coloursShown",
  /** True while something was looked at before, or after, what is shown. */
  CanGoBack = "introspect.canGoBack",
  CanGoForward = "introspect.canGoForward",
}

/** The container of the views in the activity bar. */
export const viewContainer = "introspect";

/** The tree view of the workspace's direction files, and what its entries are in `when` clauses. */
export const directionsView = { id: "introspect.directions", entry: "direction" } as const;

/** Ids of views and panels, as VS Code knows them. */
export const viewTypes = {
  lens: "introspect.lens",
  neurons: "introspect.neurons",
  attention: "introspect.attention",
  steering: "introspect.steering",
  patch: "introspect.patch",
  rasp: "introspect.rasp",
  direction: "introspect.direction",
  sweep: "introspect.sweep",
  heatmap: "introspect.heatmap",
  map: "introspect.map",
} as const satisfies Record<PanelId, string>;

/** End of the name of every experiment file. */
export const experimentSuffix = ".introspect.json";

/** End of the name of every saved view, and the editor that opens them. */
export const savedViewSuffix = ".introspect-view.json";
/** See `savedViewSuffix`. */
export const savedViewEditor = "introspect.savedView";

/** Theme colours of the Lens in the editor: the prediction at the line's end, and the line under a token. */
export const lensColours = {
  inline: "introspect.lens.inlineForeground",
  depth: "introspect.lens.depth",
} as const;

/** How many steps of colour there are on either side of zero. */
export const colourLevels = 6;

/** Sides of zero: a neuron's activation may be negative. */
export type ColourSign = "positive" | "negative";

/** Scales of colour: the two sides of zero, and one that runs from the background to one hue. */
export type ColourSide = ColourSign | "heat";

/** All scales of colour. */
export const colourSides: readonly ColourSide[] = ["positive", "negative", "heat"];

/** Name of a contributed theme colour: the fill or the border of a step, 1 … `colourLevels`. */
export function colourId(part: "fill" | "border", side: ColourSide, level: number): string {
  const scale = side === "heat" ? "heat" : `activation.${side}`;
  return `introspect.${scale}${part === "fill" ? "" : "Border"}${level}`;
}
