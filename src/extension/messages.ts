/**
 * What the extension itself says, with the files in `messages/`; commands and settings have their texts in
 * package.nls.json.
 */
import { l10n } from "vscode";
import type { ErrorData } from "../base/errors";

/** Titles of panels, as their tabs show them. */
export const titles = {
  neurons: () => l10n.t("Neurons"),
  attention: () => l10n.t("Attention"),
  steering: () => l10n.t("Steering"),
  lens: () => l10n.t("Lens"),
  patch: () => l10n.t("Patch"),
  rasp: () => l10n.t("RASP"),
  raspRepl: () => l10n.t("RASP REPL"),
  direction: () => l10n.t("Direction"),
  sweep: () => l10n.t("Sweep"),
  heatmap: () => l10n.t("Token Heatmap"),
  map: () => l10n.t("Map"),
};

/** What is being done, while it is. */
export const working = {
  lens: () => l10n.t("Reading every layer …"),
  ranking: () => l10n.t("Ranking neurons on the selection …"),
  card: (layer: number, neuron: number) => l10n.t("Looking at neuron L{0} N{1} …", layer, neuron),
  attention: (layer: number, head: number) => l10n.t("Reading the pattern of head {0}.{1} …", layer, head),
  why: (edge: string) => l10n.t("Taking the score of edge {0} apart …", edge),
  block: (edge: string) => l10n.t("Blocking edge {0} and 20 others …", edge),
  writing: (done: number, total: number) => l10n.t("Writing token {0} of {1} …", done, total),
  patch: () => l10n.t("Patching layer by layer …"),
  steering: () => l10n.t("Running the experiment and its controls …"),
};

/** Short sentences where a result would be, and in notifications. */
export const says = {
  cancelled: () => l10n.t("Cancelled."),
  raspRun: () => l10n.t("Run"),
  raspDraw: () => l10n.t("Draw"),
  raspDrawing: () => l10n.t("Running the program …"),
  raspOn: (example: string) => l10n.t("on {0}", example),
  raspOnInLayer: (example: string, layer: number) => l10n.t("on {0} · layer {1}", example, layer),
  raspNotFormatted: () => l10n.t("The program has syntax errors, so it was not laid out."),
  raspNotRenamed: () => l10n.t("Only names that the program defines can be renamed."),
  raspNoName: (name: string) =>
    l10n.t("{0} is no name: letters, digits and _, not beginning with a digit.", name),
  raspNameTaken: (name: string) => l10n.t("{0} is used in this program already.", name),
  raspReplHello: () =>
    l10n.t("RASP. Every line is a statement, such as: aggregate(select(indices, 0, ==), tokens);"),
  noProgram: () => l10n.t("There is no RASP program here."),
  noProgramNext: () => l10n.t("Open a file that ends in .rasp, .raspy, .raspl or .tracr."),
  exampleInFile: () => l10n.t("The program sets its example itself."),
  exampleInFileNext: () => l10n.t("Write another, or take the line out of the program."),
  exampleNotWritten: () => l10n.t("The example could not be written into the program."),
  exampleNotWrittenNext: () => l10n.t("Change it in the program's text."),
  noGeneration: () => l10n.t("Only programs of RASP-L write tokens of their own."),
  changed: () => l10n.t("The text has changed since"),
  otherBos: () => l10n.t("The setting for BOS has changed since"),
  otherModel: () => l10n.t("Another model is in use by now"),
  tooLarge: () =>
    l10n.t(
      "VS Code gives extensions no text of files over 50 MB. Use `introspect heatmap --file` on the command line, or open a part of it.",
    ),
  noEditor: () => l10n.t("Open a text first."),
  noSelection: () => l10n.t("Select some text first; then its tokens can be looked at."),
  noOwnFile: () => l10n.t("Open a file of your own first, then choose this again."),
  nothingToColour: (name: string) => l10n.t("{0} has no text to look at yet.", name),
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
  slow: () => l10n.t("The model is slower than the typing: positions in between are skipped."),
  notOneToken: (text: string, n: number) =>
    l10n.t("{0} is {1} tokens, and one token can be followed.", text, n),
  notOneTokenNext: () => l10n.t("Give a shorter text; a leading space often belongs to the token."),
  noToken: () => l10n.t("Write the text of a token first."),
  tooMany: (most: number) => l10n.t("{0} tokens are followed already.", most),
  tooManyNext: () => l10n.t("Let go of one first."),
  depthHover: (depth: number, top: number, lens: string) =>
    l10n.t(
      "Prediction depth {0} of {1} by the {2}: from that row on, what is decoded before this token stays the model's prediction.",
      depth,
      top,
      lens,
    ),
  lensFileTitle: () => l10n.t("Trained Lens of This Model"),
  lensFileWhich: () => l10n.t("Which file is the trained lens of this model?"),
  lensBeside: () => l10n.t("The lens beside the model"),
  lensBesideMore: () => l10n.t("lens.safetensors in the model's folder, where it has one"),
  lensOfSetting: () => l10n.t("The lens of the settings"),
  lensChosen: () => l10n.t("The file chosen last"),
  lensOther: () => l10n.t("Choose a File…"),
  lensOtherMore: () => l10n.t("`introspect lens-fit` on the command line makes one"),
  lensUse: () => l10n.t("Use Lens"),
  logitLens: () => l10n.t("logit lens"),
  trainedLens: (file: string) => l10n.t("trained lens {0}", file),
  patchMarked: (text: string) =>
    l10n.t(
      "Patch from: “{0}” is marked. Now select the text to patch into, and run the command again.",
      text,
    ),
  patchChanged: () => l10n.t("Where a text of this patch stood, another one stands by now."),
  patchChangedNext: () => l10n.t("Select both texts again, or let the model see the selections only."),
  restarted: () => l10n.t("The engine was ended; it starts again with the next request."),
};

/** Exports and saved views. */
export const exportTexts = {
  nothingShown: () => l10n.t("There is no finished result to save yet."),
  writing: () => l10n.t("Introspect: reading and writing arrays"),
  tooLarge: () => l10n.t("The file is larger than 64 MB and is no saved view."),
  notUtf8: () => l10n.t("The file is not UTF-8 text and is no saved view."),
  cannotOpen: (why: string) => l10n.t("This saved view cannot be opened. {0}", why),
  needsDocument: () =>
    l10n.t(
      "The texts stood in a document. Select them there again and run Introspect: Patch from Selection…",
    ),
  otherModel: (digest: string) =>
    l10n.t("The view is of another model than the one in use: choose the one with the digest {0}.", digest),
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

/** Deleting a downloaded model. */
export const deleteTexts = {
  button: () => l10n.t("Delete this download…"),
  ask: (name: string) => l10n.t("Delete the downloaded model {0}?", name),
  detail: (folder: string) => l10n.t("{0} is deleted from this machine. It can be downloaded again.", folder),
  yes: () => l10n.t("Delete"),
  done: (name: string) => l10n.t("{0} is deleted", name),
  inUse: (name: string) => l10n.t("{0} is in use. Choose another model, then delete it.", name),
};

/** Choosing a model. */
export const modelTexts = {
  placeholder: () => l10n.t("Model to look into"),
  bundled: () => l10n.t("comes with Introspect"),
  current: () => l10n.t("in use"),
  used: () => l10n.t("used before"),
  ownFolder: () => l10n.t("a folder of your own"),
  downloaded: () => l10n.t("downloaded"),
  cache: () => l10n.t("in the Hugging Face cache"),
  catalogue: () => l10n.t("can be downloaded"),
  parameters: (count: string) => l10n.t("{0} parameters", count),
  fits: (needed: string) => l10n.t("needs {0} of memory, fits", needed),
  doesNotFit: (needed: string, budget: string) =>
    l10n.t("needs {0} of memory, does not fit in {1}", needed, budget),
  revision: (revision: string) => l10n.t("revision {0}", revision),
  revisionMoving: (revision: string) => l10n.t("revision {0}, pinned when downloaded", revision),
  reveal: () => l10n.t("Open the folder"),
  forget: () => l10n.t("Forget this folder (nothing is deleted)"),
  pathCopied: (path: string) => l10n.t("Path copied: {0}", path),
  notListed: () => l10n.t("The other models could not be looked up; choose this to try again"),
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

/** Downloading a model. */
export const downloadTexts = {
  title: (name: string) => l10n.t("Download {0}?", name),
  placeholder: (host: string) => l10n.t("Nothing is fetched from {0} until you choose to", host),
  download: (size: string) => l10n.t("Download {0}", size),
  goOn: (size: string, have: string) => l10n.t("Go on downloading: {0}, {1} of it are here", size, have),
  about: (size: string) => l10n.t("about {0}", size),
  licence: (licence: string) => l10n.t("licence {0}", licence),
  checked: () => l10n.t("checked against known SHA-256"),
  partlyChecked: () => l10n.t("checked against known SHA-256, else against what the server states"),
  room: (free: string, folder: string) => l10n.t("{0} free in {1}", free, folder),
  back: () => l10n.t("Back"),
  progressTitle: (name: string) => l10n.t("Introspect: downloading {0}", name),
  progress: (done: string, total: string) => l10n.t("{0} of {1}", done, total),
  cancelled: () => l10n.t("The download was cancelled. What has come is kept for the next time."),
  useIt: () => l10n.t("Use It"),
  done: (name: string, revision: string, folder: string) =>
    l10n.t("{0} was downloaded and checked (revision {1}); it is in {2}.", name, revision, folder),
  unknownRevision: () => l10n.t("not told by the server"),
};

/** Searching files for strong places of a neuron. */
export const searchTexts = {
  searching: (layer: number, neuron: number) => l10n.t("Searching for neuron L{0} N{1} …", layer, neuron),
  reading: (file: string) => l10n.t("Reading {0}", file),
};

/** What neurons do to a prediction. */
export const effectTexts = {
  measuring: (layer: number, neuron: number) => l10n.t("Ablating neuron L{0} N{1} …", layer, neuron),
};

/** Notes about neurons. */
export const noteTexts = {
  unreadable: (file: string, why: string) => l10n.t("The notes in {0} cannot be read: {1}", file, why),
  unreadableNext: () =>
    l10n.t(
      "Correct the file or move it away; nothing is written to it until then, and what you wrote stays here.",
    ),
  tooLarge: () => l10n.t("the file is too large"),
  unsaved: (file: string) => l10n.t("{0} has unsaved changes in an editor.", file),
  unsavedNext: () => l10n.t("Save or revert them, then save the note again."),
  unwritable: (file: string, why: string) => l10n.t("The notes cannot be written to {0}: {1}", file, why),
  keptNext: () => l10n.t("What you wrote stays here; try again when the file can be written."),
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
