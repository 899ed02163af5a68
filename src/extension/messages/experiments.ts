/** What the extension says about experiment files and their results. */
import { l10n } from "vscode";

/** Lines above an experiment's text, and what they say when pointed at. */
export const lensTexts = {
  run: () => l10n.t("Run"),
  runTip: () =>
    l10n.t(
      "Default and steered text, and what the file expects, quickly: of the controls only strength zero. The result is saved beside the file.",
    ),
  controls: () => l10n.t("Run with controls"),
  controlsTip: () =>
    l10n.t(
      "With twenty or more random directions and random prompt pairs, and every control that is run once. The result is saved beside the file.",
    ),
  compare: () => l10n.t("Compare with last"),
  compareTip: () => l10n.t("Runs the experiment and shows what is other than in the result saved last."),
};

/** Results beside their files. */
export const resultTexts = {
  unreadable: (file: string) => l10n.t("{0} is no result of an experiment; it was left as it is.", file),
  unreadableNext: () => l10n.t("Rename or delete it, then run the experiment again."),
  saved: (file: string) => l10n.t("The result is saved as {0}.", file),
  unchanged: (file: string) => l10n.t("The result still is what {0} says.", file),
  noneYet: (file: string) =>
    l10n.t("There was no saved result to compare with. This one is saved as {0}.", file),
  title: (file: string) => l10n.t("{0}: saved ↔ this run", file),
  saveNew: () => l10n.t("Save This Run"),
  more: (n: number) => l10n.t("And {0} more changes.", n),
};

/** The list of earlier runs. */
export const historyTexts = {
  title: () => l10n.t("Steering History"),
  placeholder: () => l10n.t("A run to open again: the same seeds give the same text"),
  clear: () => l10n.t("Forget All Runs"),
  none: () => l10n.t("No steering experiment was run in this workspace yet."),
  unreadable: () => l10n.t("An experiment of another version"),
  cutOff: () => l10n.t("did not come to its end"),
  cancelled: () => l10n.t("cancelled"),
  met: () => l10n.t("all expectations met"),
  unmet: () => l10n.t("not as expected"),
  gone: () => l10n.t("This experiment was too large for the history, and its file cannot be read any more."),
};

/** Experiments as tests. */
export const testTexts = {
  controller: () => l10n.t("Introspect Experiments"),
  run: () => l10n.t("Run"),
  runWithControls: () => l10n.t("Run with Controls"),
  noModel: (model: string) => l10n.t("The experiment's model is not there: {0}", model),
  noModelNext: () => l10n.t("Correct model.path in the file; it starts from the file's folder."),
  nothingExpected: () => l10n.t("The file expects nothing any more."),
  otherDigest: () => l10n.t("The model is not the very one that this file was written for."),
  warning: (text: string) => l10n.t("Warning: {0}", text),
};
