/** What the extension says about sweeps of steering. */
import { l10n } from "vscode";

/** The line above a plan, the panel, and the result beside the plan. */
export const sweepTexts = {
  run: () => l10n.t("Run sweep"),
  runTip: () =>
    l10n.t(
      "Every layer with every strength, then the controls at one cell. What is measured is kept beside the file until the sweep is done, so that one that was stopped goes on from there; the result is saved beside it.",
    ),
  running: () => l10n.t("Sweeping layers and strengths …"),
  cancelled: () => l10n.t("Stopped. What was measured is kept; Look again goes on from there."),
  stoppedBefore: () =>
    l10n.t("The sweep was stopped before the window was loaded anew. Run it from its file to go on."),
  stopped: () => l10n.t("Stopped. Look again begins anew, since this plan has no file to keep cells beside."),
  beginAnew: () => l10n.t("Begin Anew"),
  choose: () => l10n.t("Which sweep plan?"),
  noneOpen: () => l10n.t("There is no sweep plan here."),
  noneOpenNext: () => l10n.t("Open or make a file that ends in .introspect-sweep.json."),
  cells: () => l10n.t("This plan is one of cells, which only the command line runs."),
  cellsNext: () => l10n.t("Run `introspect sweep` on it, or give layers and strengths in the place of axes."),
  unreadable: (file: string) => l10n.t("{0} is no result of a sweep; it was left as it is.", file),
  unreadableNext: () => l10n.t("Rename or delete it, then run the sweep again."),
  noSweep: () => l10n.t("There is no sweep to go on with. Run one first."),
  noCell: () => l10n.t("The sweep has no such cell."),
};
