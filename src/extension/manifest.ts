/**
 * What package.json contributes, as data. Nothing here runs in the extension: the test of this file compares it with
 * package.json and package.nls.json, and writes them when INTROSPECT_WRITE_MANIFEST=1.
 */
import { bosPolicies } from "../base/bosPolicy";
import { firstLookMarker } from "./firstLookMarker";
import {
  Command,
  ContextKey,
  Setting,
  colourId,
  colourLevels,
  experimentSuffix,
  settingDefaults,
  viewContainer,
  viewTypes,
  type ColourSign,
} from "./contributions";

/** English texts of package.json, under the keys that stand in it as %key%. */
export const manifestTexts: Readonly<Record<string, string>> = {
  [Command.Explain]: "Explain Neuron Activations on Selection",
  [Command.ShowAttention]: "Show Attention on Selection",
  [Command.Patch]: "Patch from Selection…",
  [Command.Steer]: "Steering Experiment…",
  [Command.RunExperiment]: "Run Experiment File",
  [Command.ChooseModel]: "Choose Model…",
  [Command.ShowLens]: "Show Lens",
  [Command.ClearColours]: "Clear Colours",
  [Command.ShowLog]: "Show Engine Log",
  [Command.RestartEngine]: "Restart Engine",
  "view.lens": "Lens",
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
  [Setting.Bos]:
    "Whether a beginning-of-sequence (BOS) token stands before a text that is run. Every result says whether one did.",
  "bos.auto": "As the model's tokenizer itself has it.",
  "bos.always": "Always; a tokenizer without such a token is refused.",
  "bos.never": "Never.",
  "colour.positive.fill": "Fill behind a token on which the shown neuron is positive, step {0} of 6.",
  "colour.positive.border": "Border around a token on which the shown neuron is positive, step {0} of 6.",
  "colour.negative.fill": "Fill behind a token on which the shown neuron is negative, step {0} of 6.",
  "colour.negative.border": "Border around a token on which the shown neuron is negative, step {0} of 6.",
};

const text = (key: string): string => `%${key}%`;

const icons: Partial<Record<Command, string>> = {
  [Command.ChooseModel]: "$(folder-library)",
  [Command.RunExperiment]: "$(play)",
  [Command.ClearColours]: "$(clear-all)",
};

const isExperiment = `resourceFilename =~ /\\${experimentSuffix.replaceAll(".", "\\.").slice(1)}$/`;

function commands() {
  return Object.values(Command).map((command) => {
    const icon = icons[command] ? { icon: icons[command] } : {};
    const enablement = command === Command.ClearColours ? { enablement: ContextKey.ColoursShown } : {};
    return { command, title: text(command), category: "Introspect", ...icon, ...enablement };
  });
}

const submenu = "introspect.selection";

function menus() {
  return {
    "editor/context": [
      { command: Command.Explain, when: "editorHasSelection", group: "1_introspect@1" },
      { submenu, when: "editorHasSelection", group: "1_introspect@2" },
      { command: Command.ClearColours, when: ContextKey.ColoursShown, group: "1_introspect@3" },
    ],
    [submenu]: [
      { command: Command.ShowAttention, group: "1_look@1" },
      { command: Command.Patch, group: "1_look@2" },
      { command: Command.Steer, group: "1_look@3" },
      { command: Command.ShowLens, group: "2_view@1" },
    ],
    "editor/title": [{ command: Command.RunExperiment, when: isExperiment, group: "navigation" }],
    "explorer/context": [{ command: Command.RunExperiment, when: isExperiment, group: "navigation@90" }],
    "view/title": [
      { command: Command.ChooseModel, when: `view == ${viewTypes.lens}`, group: "navigation" },
      { command: Command.ShowLog, when: `view == ${viewTypes.lens}`, group: "2_engine@1" },
      { command: Command.RestartEngine, when: `view == ${viewTypes.lens}`, group: "2_engine@2" },
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
    },
  };
}

/** Opacity of each step of a fill, as two hexadecimal digits; the strongest still lets the editor's text be read. */
const opacity = { light: ["26", "40", "5c", "78", "96", "b4"], dark: ["24", "38", "4d", "62", "77", "8c"] };

const hues: Record<ColourSign, Record<"light" | "dark" | "highContrast" | "highContrastLight", string>> = {
  positive: { light: "#f0862b", dark: "#e8861e", highContrast: "#ffa94d", highContrastLight: "#a84300" },
  negative: { light: "#4a8fe0", dark: "#3b86e0", highContrast: "#6cb6ff", highContrastLight: "#0550ae" },
};

function colourPair(sign: ColourSign, level: number) {
  const { light, dark, highContrast, highContrastLight } = hues[sign];
  const none = "#00000000";
  const described = (part: "fill" | "border") =>
    (manifestTexts[`colour.${sign}.${part}`] ?? "").replace("{0}", String(level));
  const fills = { light: light + opacity.light[level - 1], dark: dark + opacity.dark[level - 1] };
  return [
    {
      id: colourId("fill", sign, level),
      description: described("fill"),
      defaults: { ...fills, highContrast: none, highContrastLight: none },
    },
    {
      id: colourId("border", sign, level),
      description: described("border"),
      // The two weakest steps stay without a box in high contrast: a box around almost every token says nothing.
      defaults: {
        light: none,
        dark: none,
        highContrast: level > 2 ? highContrast : none,
        highContrastLight: level > 2 ? highContrastLight : none,
      },
    },
  ];
}

function colours() {
  const levels = Array.from({ length: colourLevels }, (_, i) => i + 1);
  return (["positive", "negative"] as const).flatMap((sign) =>
    levels.flatMap((level) => colourPair(sign, level)),
  );
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
      ],
    },
    configuration: configuration(),
    colors: colours(),
    jsonValidation: [{ fileMatch: `*${experimentSuffix}`, url: "./media/experiment.schema.json" }],
  };
}

/** The value of `activationEvents`: the rest is implied by what is contributed. */
export function activationEvents(): string[] {
  const panels = [viewTypes.neurons, viewTypes.attention, viewTypes.steering, viewTypes.patch];
  return [...panels.map((type) => `onWebviewPanel:${type}`), `workspaceContains:${firstLookMarker}`];
}
