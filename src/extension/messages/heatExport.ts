/** What is said where the numbers behind a text's colours are exported. */
import { l10n } from "vscode";

/** Exports of a coloured text. */
export const heatExportTexts = {
  title: (name: string, document: string) => l10n.t("Export {0} of {1}", name, document),
  placeholder: () => l10n.t("What to make of the measured tokens"),
  partly: (share: string) =>
    l10n.t("{0} of the text is measured by now, and what is made has that part alone", share),
  nothing: () => l10n.t("No text is coloured by a scalar yet. Run Introspect: Colour Text by… first."),
  wait: () => l10n.t("No token is measured yet. Wait for the first colours, then choose again."),
  tooMany: (most: number) => l10n.t("More than {0} tokens are measured: too many for one file.", most),
  tooManyNext: () => l10n.t("Use `introspect heatmap --file` on the command line; it writes any length."),
  picture: () => l10n.t("Picture…"),
  pictureMore: () =>
    l10n.t(
      "The selected lines, or those on the screen, in a page: PNG, SVG, image, command line, TransformerLens Python",
    ),
  drawing: () => l10n.t("Drawing the lines …"),
  pictureCut: (most: number) => l10n.t("Only the first {0} characters of the lines are drawn.", most),
  pictureOld: () => l10n.t("The text, its colours or what is measured of it changed."),
  table: () => l10n.t("Show as Table"),
  tableMore: () =>
    l10n.t("A read-only text beside this one, a line per token; Go to Definition goes to the token"),
  csv: () => l10n.t("Save as CSV…"),
  csvMore: () => l10n.t("A row per token: place, id, text, value and guesses, in the unit that is shown"),
  json: () => l10n.t("Save as JSON…"),
  jsonMore: () => l10n.t("The same in nats, as `introspect heatmap` prints it"),
  npz: () => l10n.t("Save as NPZ…"),
  npzMore: () => l10n.t("Arrays along the tokens, for NumPy"),
  columnPlace: () => l10n.t("line:column"),
  columnToken: () => l10n.t("token"),
  columnGuesses: () => l10n.t("guesses"),
  notCounted: () => l10n.t("not coloured"),
  more: (n: number) => l10n.t("… {0} more tokens; save them as CSV to have them all.", n),
};
