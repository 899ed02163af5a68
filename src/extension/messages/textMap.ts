/** What the extension says about maps of labelled texts. */
import { l10n } from "vscode";

/** Choosing texts and mapping them. */
export const mapTexts = {
  title: () => l10n.t("Map Labelled Texts"),
  which: () => l10n.t("Which file holds texts and labels?"),
  shipped: () => l10n.t("Six Emotions"),
  shippedMore: () => l10n.t("48 sentences that come with Introspect"),
  browse: () => l10n.t("Browse…"),
  reading: () => l10n.t("Mapping the texts …"),
  setName: () => l10n.t("six emotions (shipped)"),
  gone: (file: string) => l10n.t("There is no file {0} in this workspace.", file),
  goneNext: () => l10n.t("Choose the file that holds the texts."),
};
