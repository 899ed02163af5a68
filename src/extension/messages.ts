/** Every text that the extension itself says; commands and settings have theirs in package.nls.json. */
import { l10n } from "vscode";
import type { ErrorData } from "../base/errors";

/** Titles of panels, as their tabs show them. */
export const titles = {
  neurons: () => l10n.t("Neurons"),
  attention: () => l10n.t("Attention"),
  steering: () => l10n.t("Steering"),
  lens: () => l10n.t("Lens"),
  patch: () => l10n.t("Patch"),
};

/** What is being done, while it is. */
export const working = {
  lens: () => l10n.t("Reading every layer …"),
  ranking: () => l10n.t("Ranking neurons on the selection …"),
  card: (layer: number, neuron: number) => l10n.t("Looking at neuron L{0} N{1} …", layer, neuron),
  attention: (layer: number, head: number) => l10n.t("Reading the pattern of head {0}.{1} …", layer, head),
  why: (edge: string) => l10n.t("Taking the score of edge {0} apart …", edge),
  block: (edge: string) => l10n.t("Blocking edge {0} and 20 others …", edge),
  patch: () => l10n.t("Patching layer by layer …"),
  steering: () => l10n.t("Running the experiment and its controls …"),
};

/** Short sentences where a result would be, and in notifications. */
export const says = {
  cancelled: () => l10n.t("Cancelled."),
  changed: () => l10n.t("The text has changed since"),
  otherBos: () => l10n.t("The setting for BOS has changed since"),
  otherModel: () => l10n.t("Another model is in use by now"),
  noEditor: () => l10n.t("Open a text first."),
  noSelection: () => l10n.t("Select some text first; then its tokens can be looked at."),
  documentGone: (name: string) => l10n.t("{0} is not open any more.", name),
  documentGoneNext: () => l10n.t("Open it and run the command on a selection again."),
  lensNeedsText: () => l10n.t("Put the cursor behind some text; the Lens shows what the model makes of it."),
  lensNeedsLine: () =>
    l10n.t(
      "The line has no text up to the cursor. Type some, select some, or let the model see the text before.",
    ),
  selectionCut: (name: string, nCtx: number) =>
    l10n.t("{0} sees {1} tokens at once: only the end of the selection was used.", name, nCtx),
  notUtf8: () =>
    l10n.t(
      "The text has replacement characters (\ufffd): its file is probably not UTF-8. Choose Reopen with Encoding to see what it says.",
    ),
  nothingToSave: () => l10n.t("There is nothing to save yet. Run an experiment first."),
  patchMarked: (text: string) =>
    l10n.t(
      "Patch from: “{0}” is marked. Now select the text to patch into, and run the command again.",
      text,
    ),
  restarted: () => l10n.t("The engine was ended; it starts again with the next request."),
};

/** The engine ended by itself. */
export const crash = {
  once: (ending: string) =>
    l10n.t("The Introspect engine stopped while it was working ({0}). Your text is not touched.", ending),
  often: (ending: string) =>
    l10n.t(
      "The Introspect engine stopped several times within two minutes ({0}) and is not started again by itself.",
      ending,
    ),
};

/** Labels of buttons in notifications. */
export const buttons = {
  retry: () => l10n.t("Retry"),
  forget: () => l10n.t("Forget"),
  showLog: () => l10n.t("Show Log"),
  chooseAnother: () => l10n.t("Choose Another…"),
  runWithCurrent: (name: string) => l10n.t("Run with {0}", name),
};

/** Choosing a model. */
export const modelTexts = {
  placeholder: () => l10n.t("Model to look into"),
  bundled: () => l10n.t("comes with Introspect"),
  current: () => l10n.t("in use"),
  recent: () => l10n.t("recent"),
  browse: () => l10n.t("Browse…"),
  browseDetail: () => l10n.t("A folder with config.json, model.safetensors and tokenizer.json"),
  useFolder: () => l10n.t("Use This Model"),
  opening: (name: string) => l10n.t("Introspect: opening {0}", name),
  notAbsolute: (path: string) => l10n.t("The model path {0} is not a full path.", path),
  notAbsoluteNext: () => l10n.t("Give the whole path of the folder in the setting introspect.model.path."),
  noFolder: (path: string) => l10n.t("There is no folder {0}.", path),
  notAModel: (path: string) => l10n.t("{0} is not a model folder: it has no config.json.", path),
  noWeights: (path: string) =>
    l10n.t("{0} has a config.json but no model.safetensors, nor shards with an index.", path),
  noTokenizer: (path: string) =>
    l10n.t(
      "{0} has no tokenizer.json, so it cannot read text in the editor. Put the file beside its config.json.",
      path,
    ),
  notAModelNext: () =>
    l10n.t(
      "Choose a folder as downloaded from Hugging Face, with config.json, model.safetensors and tokenizer.json.",
    ),
  statusTooltip: (name: string, detail: string) =>
    l10n.t("Introspect: {0}{1}. Click to choose another model.", name, detail),
  statusLabel: (name: string) => l10n.t("Introspect model {0}", name),
  verified: (device: string, day: string) => l10n.t("verified on {0}, {1}", device, day),
  notVerified: (device: string, day: string, failed: string) =>
    l10n.t("failed verification on {0}, {1}: {2}", device, day, failed),
  statusBusy: () => l10n.t("opening"),
  statusFailed: () => l10n.t("could not be opened"),
};

/** The steering dialogue. */
export const steeringTexts = {
  title: () => l10n.t("Steering Experiment"),
  towards: () => l10n.t("Steer towards: a text that shows what the model should do more of"),
  away: () => l10n.t("Steer away from: its opposite, as like the first text as possible otherwise"),
  layer: (nLayers: number) => l10n.t("Layer before which the difference is added, 0 to {0}", nLayers - 1),
  strength: () => l10n.t("Strength: how many times the difference is added (0 changes nothing)"),
  prompt: () => l10n.t("Prompt: the text that is continued (\\n is a line break)"),
  maxTokens: () => l10n.t("Number of new tokens, 1 to 500"),
  name: (suffix: string) => l10n.t("Name of the experiment file (NAME{0}); empty to not save it", suffix),
  noText: () => l10n.t("Write some text."),
  sameTexts: () => l10n.t("Both texts are the same; their difference is nothing."),
  wholeNumber: (min: number, max: number) => l10n.t("Write a whole number from {0} to {1}.", min, max),
  number: (most: number) => l10n.t("Write a number from -{0} to {0}.", most),
  badName: () => l10n.t("A file name cannot have these characters, nor begin with a dot."),
  reservedName: () => l10n.t("Windows reserves this name. Choose another."),
  nameTaken: (file: string) => l10n.t("There is a file {0} already. Choose another name.", file),
};

/** Experiment files. */
export const experimentTexts = {
  noneOpen: () =>
    l10n.t("No experiment file is open, and the workspace has none. Make one with Steering Experiment…"),
  choose: () => l10n.t("Experiment to run"),
  untrusted: () => l10n.t("This workspace is not trusted: an experiment file may not choose the model."),
  untrustedNext: () => l10n.t("Trust the workspace, or change the file's model to the one in use."),
  otherModel: (path: string) => l10n.t("The experiment's model is not there: {0}", path),
  otherDigest: (name: string) =>
    l10n.t("{0} is not the very model this experiment was made with; the numbers will differ.", name),
  exists: (file: string) => l10n.t("There is a file {0} already; it was left as it is.", file),
  unreadable: (file: string) => l10n.t("{0} could not be read as an experiment.", file),
};

/** The colours on the editor. */
export const colourTexts = {
  hover: (layer: number, neuron: number, value: string, share: string) =>
    l10n.t("Neuron L{0} N{1}: {2}, {3} of its largest in this text", layer, neuron, value, share),
};

/** An error for a person: what happened, and the next step. */
export function sentence(error: ErrorData): string {
  return error.next ? `${error.message} ${error.next}` : error.message;
}
