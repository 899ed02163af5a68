/**
 * What package.json contributes, as data. Nothing here runs in the extension: the test of this file compares it with
 * package.json and package.nls.json, and writes them when INTROSPECT_WRITE_MANIFEST=1.
 */
import { bosPolicies } from "../base/bosPolicy";
import { raspDialects, type RaspDialect } from "../protocol/raspApi";
import { logUnits } from "../protocol/logUnit";
import { sweepSuffix } from "../protocol/sweepPanel";
import { firstLookMarker } from "./firstLookMarker";
import {
  Command,
  ContextKey,
  Setting,
  directionsView,
  experimentSuffix,
  savedViewEditor,
  savedViewSuffix,
  settingDefaults,
  viewContainer,
  viewTypes,
} from "./contributions";
import { contributedColours } from "./manifestColours";

/** Titles and descriptions of the walkthrough's steps; links run commands. */
const walkthroughTexts: Readonly<Record<string, string>> = {
  "walkthrough.title": "Look into a language model",
  "walkthrough.description": "From the first picture to your own file, coloured by what a model does inside.",
  "walkthrough.lens.title": "See what each layer decodes to",
  "walkthrough.lens.description":
    "The Lens reads every layer at your cursor and follows as you type. Without a text of yours it offers a sample.\n[Show Lens](command:introspect.showLens)\nThe line marks from where on a layer's top word is the final one.",
  "walkthrough.model.title": "Choose what to look into",
  "walkthrough.model.description":
    "A small model comes with Introspect. Folders of yours and the Hugging Face cache are listed, with what each needs of memory.\n[Choose Model…](command:introspect.chooseModel)\nNothing is downloaded until you choose to.",
  "walkthrough.file.title": "Open a file of your own",
  "walkthrough.file.description":
    "Code or prose: the model sees what stands before your selection. No text leaves this machine.\n[Go to File…](command:workbench.action.quickOpen)\n[Open File…](command:workbench.action.files.openFile)",
  "walkthrough.colour.title": "Colour it by a neuron",
  "walkthrough.colour.description":
    "The neurons that fire most on your selection (or on the cursor's line) are ranked, and your file is coloured by the first. Choose another in the panel; Escape takes the colours off.\n[Colour My File](command:introspect.colourFile)",
};

/** English texts of package.json, under the keys that stand in it as %key%. */
export const manifestTexts: Readonly<Record<string, string>> = {
  [Command.Explain]: "Explain Neuron Activations on Selection",
  [Command.ShowAttention]: "Show Attention on Selection",
  [Command.Patch]: "Patch from Selection…",
  [Command.Steer]: "Steering Experiment…",
  [Command.RunExperiment]: "Run Experiment File",
  [Command.RunWithControls]: "Run Experiment File with Controls",
  [Command.CompareExperiment]: "Compare Experiment with Last Result",
  [Command.SteeringHistory]: "Steering History…",
  [Command.RunSweep]: "Run Sweep File",
  [Command.ChooseModel]: "Choose Model…",
  [Command.ShowLens]: "Show Lens",
  [Command.ColourBy]: "Colour Text by…",
  [Command.ExportColours]: "Export Token Heatmap…",
  [Command.ColourFile]: "Colour File by a Neuron",
  [Command.ClearColours]: "Clear Colours",
  [Command.ShowLog]: "Show Engine Log",
  [Command.RestartEngine]: "Restart Engine",
  [Command.GoBack]: "Go Back to What Was Looked At Before",
  [Command.GoForward]: "Go Forward to What Was Looked At After",
  [Command.RaspDraw]: "Draw RASP Program",
  [Command.RaspRun]: "Run RASP Program",
  [Command.RaspRepl]: "Open RASP REPL",
  [Command.MakeDirection]: "Make Direction…",
  [Command.ImportDirection]: "Import Direction…",
  [Command.OpenDirection]: "Open Direction",
  [Command.ColourByDirection]: "Colour Text by Direction…",
  [Command.CompareDirections]: "Compare Directions…",
  [Command.CombineDirections]: "Combine Directions…",
  [Command.ExportDirection]: "Export Direction…",
  [Command.RevealDirection]: "Reveal Direction File",
  [Command.MapTexts]: "Map Labelled Texts…",
  "view.directions": "Directions",
  "view.directions.empty":
    "A direction is a concept in the model's activations, such as a language or a mood; it colours your text.\n[Make Direction…](command:introspect.makeDirection)\nFrom a shipped template, two selections, or a table in the workspace (CSV, JSON lines, Markdown).\n[Import Direction…](command:introspect.importDirection)",
  "view.lens": "Lens",
  ...walkthroughTexts,
  "editor.savedView": "Introspect Saved View",
  "view.lens.context": "What each layer's residual stream decodes to at the cursor.",
  [Setting.ModelPath]:
    "Folder of the model: `config.json`, `model.safetensors` (or shards with an index) and `tokenizer.json`, as from Hugging Face. Most decoder families open; the README lists them. Empty: the small model that comes with the extension.",
  [Setting.IdleMinutes]:
    "Minutes without a request after which the engine process ends and gives its memory back. It starts again by itself. 0 keeps it running.",
  [Setting.MemoryBudget]:
    "Most memory, in gigabytes, that a model may take; one that needs more is refused before anything is tried. 0: four fifths of what the machine has.",
  [Setting.Device]:
    "What runs the model. Everything but `cpu` is untested; where a device does not work, the CPU is used and the reason said. `introspect devices` lists what works here, `introspect verify DIR --device D` checks a model on it.",
  [Setting.CudaLibraries]:
    "Folder of the CUDA and cuDNN libraries, for the device `cuda`. `introspect devices` says what is missing.",
  [Setting.LensColumns]: "Number of positions that the Lens shows, the newest last.",
  [Setting.LensFile]:
    "File of a trained lens (`introspect lens-fit` makes one) that the Lens may be read through, for models for which its page chose no file. Empty: `lens.safetensors` in the model's folder, where it has one.",
  [Setting.Bos]:
    "Whether a beginning-of-sequence (BOS) token stands before a text that is run. Every result says whether one did.",
  [Setting.LogUnit]:
    "What log-probabilities, entropies and divergences are shown in, in the panels, their tables and exports, and in the editor. Each panel has a switch for it. The command line and JSON always give nats.",
  [Setting.LensInline]:
    "Shows the model's prediction faintly at the end of the cursor's line while you type. The Lens has a switch for it.",
  "bos.auto": "As the model's tokenizer itself has it.",
  "bos.always": "Always; a tokenizer without such a token is refused.",
  "bos.never": "Never.",
  "colour.positive.fill": "Fill behind a token on which the shown neuron is positive, step {0} of 6.",
  "colour.positive.border": "Border around a token on which the shown neuron is positive, step {0} of 6.",
  "colour.heat.fill": "Fill behind a token with a high value, such as surprisal, step {0} of 6.",
  "colour.heat.border": "Border around a token with a high value, such as surprisal, step {0} of 6.",
  "colour.negative.fill": "Fill behind a token on which the shown neuron is negative, step {0} of 6.",
  "colour.negative.border": "Border around a token on which the shown neuron is negative, step {0} of 6.",
};

const text = (key: string): string => `%${key}%`;

const icons: Partial<Record<Command, string>> = {
  [Command.ChooseModel]: "$(folder-library)",
  [Command.RunExperiment]: "$(play)",
  [Command.RunWithControls]: "$(run-all)",
  [Command.CompareExperiment]: "$(diff)",
  [Command.SteeringHistory]: "$(history)",
  [Command.RunSweep]: "$(play)",
  [Command.ClearColours]: "$(clear-all)",
  [Command.ColourBy]: "$(symbol-color)",
  [Command.GoBack]: "$(arrow-left)",
  [Command.GoForward]: "$(arrow-right)",
  [Command.RaspDraw]: "$(type-hierarchy)",
  [Command.RaspRun]: "$(play)",
  [Command.MakeDirection]: "$(add)",
  [Command.ImportDirection]: "$(cloud-download)",
  [Command.ColourByDirection]: "$(symbol-color)",
};

/** Commands that are greyed out unless a context key says otherwise. */
const enabledBy: Partial<Record<Command, ContextKey>> = {
  [Command.ClearColours]: ContextKey.ColoursShown,
  [Command.GoBack]: ContextKey.CanGoBack,
  [Command.GoForward]: ContextKey.CanGoForward,
};

const endsIn = (suffix: string): string =>
  `resourceFilename =~ /\\${suffix.replaceAll(".", "\\.").slice(1)}$/`;
const isExperiment = endsIn(experimentSuffix);
const isSweep = endsIn(sweepSuffix);

function commands() {
  return Object.values(Command).map((command) => {
    const icon = icons[command] ? { icon: icons[command] } : {};
    const enablement = enabledBy[command] ? { enablement: enabledBy[command] } : {};
    return { command, title: text(command), category: "Introspect", ...icon, ...enablement };
  });
}

const submenu = "introspect.selection";

/** The panels about a selection, between whose looks one goes back and forward. */
const isLookPanel = `activeWebviewPanelId =~ /^${viewTypes.neurons.replace(".", "\\.")}$|^${viewTypes.attention.replace(".", "\\.")}$/`;

const isProgram = `editorLangId =~ /^(${raspDialects.join("|")})$/`;

const inDirections = `view == ${directionsView.id}`;

/** What can be done with an entry of the Directions view; what colours stands on its line. */
function directionActions() {
  const when = `${inDirections} && viewItem == ${directionsView.entry}`;
  return [
    { command: Command.ColourByDirection, when, group: "inline" },
    { command: Command.OpenDirection, when, group: "1_look@1" },
    { command: Command.ColourByDirection, when, group: "1_look@2" },
    { command: Command.CompareDirections, when, group: "1_look@3" },
    { command: Command.CombineDirections, when, group: "2_make@1" },
    { command: Command.ExportDirection, when, group: "2_make@2" },
    { command: Command.RevealDirection, when, group: "3_file@1" },
  ];
}

function menus() {
  return {
    "editor/context": [
      { command: Command.Explain, when: "editorHasSelection", group: "1_introspect@1" },
      { submenu, group: "1_introspect@2" },
      { command: Command.ClearColours, when: ContextKey.ColoursShown, group: "1_introspect@3" },
    ],
    [submenu]: [
      { command: Command.ShowAttention, when: "editorHasSelection", group: "1_look@1" },
      { command: Command.Patch, when: "editorHasSelection", group: "1_look@2" },
      { command: Command.Steer, when: "editorHasSelection", group: "1_look@3" },
      { command: Command.ColourBy, group: "2_view@2" },
      { command: Command.ExportColours, when: ContextKey.ColoursShown, group: "2_view@3" },
      { command: Command.ShowLens, group: "2_view@1" },
    ],
    "editor/title": [
      { command: Command.RunExperiment, when: isExperiment, group: "navigation" },
      { command: Command.RunSweep, when: isSweep, group: "navigation" },
      { command: Command.RaspDraw, when: isProgram, group: "navigation@1" },
      { command: Command.RaspRun, when: isProgram, group: "navigation@2" },
      { command: Command.GoBack, when: isLookPanel, group: "navigation@1" },
      { command: Command.GoForward, when: isLookPanel, group: "navigation@2" },
    ],
    "view/item/context": directionActions(),
    "explorer/context": [
      { command: Command.RunExperiment, when: isExperiment, group: "navigation@90" },
      { command: Command.RunSweep, when: isSweep, group: "navigation@90" },
    ],
    "view/title": [
      { command: Command.ChooseModel, when: `view == ${viewTypes.lens}`, group: "navigation" },
      { command: Command.ShowLog, when: `view == ${viewTypes.lens}`, group: "2_engine@1" },
      { command: Command.RestartEngine, when: `view == ${viewTypes.lens}`, group: "2_engine@2" },
      { command: Command.MakeDirection, when: inDirections, group: "navigation@1" },
      { command: Command.ImportDirection, when: inDirections, group: "2_directions@1" },
      { command: Command.CombineDirections, when: inDirections, group: "2_directions@2" },
      { command: Command.CompareDirections, when: inDirections, group: "2_directions@3" },
      { command: Command.MapTexts, when: inDirections, group: "2_directions@4" },
    ],
  };
}

function setting(name: Setting, schema: Record<string, unknown>, order: number) {
  return { ...schema, default: settingDefaults[name], markdownDescription: text(name), order };
}

function bosSchema() {
  const markdownEnumDescriptions = bosPolicies.map((policy) => text(`bos.${policy}`));
  return { type: "string", enum: bosPolicies, markdownEnumDescriptions };
}

function configuration() {
  return {
    title: "Introspect",
    properties: {
      [Setting.ModelPath]: setting(Setting.ModelPath, { type: "string", scope: "machine" }, 1),
      [Setting.IdleMinutes]: setting(Setting.IdleMinutes, { type: "number", minimum: 0, maximum: 1440 }, 2),
      [Setting.LensColumns]: setting(Setting.LensColumns, { type: "integer", minimum: 4, maximum: 64 }, 3),
      [Setting.LensFile]: setting(Setting.LensFile, { type: "string", scope: "machine" }, 3),
      [Setting.MemoryBudget]: setting(
        Setting.MemoryBudget,
        { type: "number", scope: "machine", minimum: 0, maximum: 100_000 },
        4,
      ),
      [Setting.Device]: setting(
        Setting.Device,
        { type: "string", scope: "machine", enum: ["cpu", "auto", "cuda", "webgpu", "dml", "coreml"] },
        5,
      ),
      [Setting.CudaLibraries]: setting(Setting.CudaLibraries, { type: "string", scope: "machine" }, 6),
      [Setting.Bos]: setting(Setting.Bos, bosSchema(), 4),
      [Setting.LensInline]: setting(Setting.LensInline, { type: "boolean" }, 3),
      [Setting.LogUnit]: setting(Setting.LogUnit, { type: "string", enum: logUnits }, 3),
    },
  };
}

// Escape also ends many small things of the editor; those come first.
const nothingElseToEscape = [
  "editorTextFocus",
  "!suggestWidgetVisible",
  "!parameterHintsVisible",
  "!findWidgetVisible",
  "!renameInputVisible",
  "!inSnippetMode",
  "!inlineSuggestionVisible",
  "!editorHasMultipleSelections",
  "!markersNavigationVisible",
  "!notebookFindWidgetFocused",
  "(!vim.active || vim.mode == 'Normal')",
];

/** Steps of the walkthrough, in order, and what completes each: the last is done when a file is coloured. */
const walkthroughSteps: readonly { readonly id: string; readonly completionEvents: readonly string[] }[] = [
  { id: "lens", completionEvents: [`onCommand:${Command.ShowLens}`] },
  { id: "model", completionEvents: [`onCommand:${Command.ChooseModel}`] },
  {
    id: "file",
    completionEvents: [
      "onCommand:workbench.action.quickOpen",
      "onCommand:workbench.action.files.openFile",
      "onCommand:workbench.action.files.openFileFolder",
    ],
  },
  { id: "colour", completionEvents: [`onContext:${ContextKey.ColoursShown}`] },
];

function walkthroughs() {
  const steps = walkthroughSteps.map(({ id, completionEvents }) => ({
    id,
    title: text(`walkthrough.${id}.title`),
    description: text(`walkthrough.${id}.description`),
    media: { svg: `media/walkthrough/${id}.svg`, altText: text(`walkthrough.${id}.title`) },
    completionEvents,
  }));
  const [title, description] = [text("walkthrough.title"), text("walkthrough.description")];
  return [{ id: "start", title, description, icon: "media/icon.png", steps }];
}

/** Names and files of each language of RASP programs. */
const languageFiles: Readonly<Record<RaspDialect, { readonly name: string; readonly extension: string }>> = {
  rasp: { name: "RASP", extension: ".rasp" },
  raspy: { name: "RASPy", extension: ".raspy" },
  "rasp-l": { name: "RASP-L", extension: ".raspl" },
  tracr: { name: "Tracr RASP", extension: ".tracr" },
};

/** Original RASP has a grammar of its own; the others are written in Python. */
const fileOf = (dialect: RaspDialect): string => (dialect === "rasp" ? "rasp" : "raspPython");

function languages() {
  return raspDialects.map((id) => ({
    id,
    aliases: [languageFiles[id].name],
    extensions: [languageFiles[id].extension],
    configuration: `./media/languages/${fileOf(id)}.language.json`,
    icon: { light: "./media/panel-light.svg", dark: "./media/panel-dark.svg" },
  }));
}

function grammars() {
  return raspDialects.map((language) => ({
    language,
    scopeName: language === "rasp" ? "source.rasp" : "source.rasp.python",
    path: `./media/languages/${fileOf(language)}.tmLanguage.json`,
  }));
}

/** The value of `contributes` in package.json. */
export function contributes(): Record<string, unknown> {
  return {
    commands: commands(),
    submenus: [{ id: submenu, label: "Introspect" }],
    menus: menus(),
    keybindings: [
      {
        command: Command.ClearColours,
        key: "escape",
        when: [ContextKey.ColoursShown, ...nothingElseToEscape].join(" && "),
      },
    ],
    viewsContainers: {
      activitybar: [{ id: viewContainer, title: "Introspect", icon: "media/introspect.svg" }],
    },
    views: {
      [viewContainer]: [
        {
          id: viewTypes.lens,
          type: "webview",
          name: text("view.lens"),
          contextualTitle: "Introspect",
          icon: "media/introspect.svg",
        },
        {
          id: directionsView.id,
          name: text("view.directions"),
          contextualTitle: "Introspect",
          icon: "media/introspect.svg",
          // The Lens keeps its height until someone opens this one.
          visibility: "collapsed",
        },
      ],
    },
    viewsWelcome: [{ view: directionsView.id, contents: text("view.directions.empty") }],
    languages: languages(),
    grammars: grammars(),
    customEditors: [
      {
        viewType: savedViewEditor,
        displayName: text("editor.savedView"),
        selector: [{ filenamePattern: `*${savedViewSuffix}` }],
        priority: "default",
      },
    ],
    walkthroughs: walkthroughs(),
    configuration: configuration(),
    colors: contributedColours(manifestTexts),
    jsonValidation: [
      { fileMatch: `*${experimentSuffix}`, url: "./media/experiment.schema.json" },
      { fileMatch: `*${sweepSuffix}`, url: "./media/sweep.schema.json" },
    ],
  };
}

/** The value of `activationEvents`: the rest is implied by what is contributed. */
export function activationEvents(): string[] {
  const panels = [
    viewTypes.neurons,
    viewTypes.attention,
    viewTypes.steering,
    viewTypes.patch,
    viewTypes.rasp,
    viewTypes.direction,
    viewTypes.sweep,
    viewTypes.heatmap,
    viewTypes.map,
  ];
  // At the start nothing runs; but a text that was coloured before a reload is coloured again.
  const others = [`workspaceContains:${firstLookMarker}`, "onStartupFinished"];
  return [...panels.map((type) => `onWebviewPanel:${type}`), ...others];
}
