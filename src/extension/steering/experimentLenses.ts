/** Run · Run with controls · Compare with last, above the text of every experiment file. */
import * as vscode from "vscode";
import { Command, experimentSuffix } from "../contributions";
import { lensTexts } from "../messages/experiments";

/** Which documents are experiments. */
export const experimentSelector: vscode.DocumentSelector = { pattern: `**/*${experimentSuffix}` };

/** Registers the lines. They need no reading of the text: what is wrong with it is said when it is run. */
export function registerExperimentLenses(): vscode.Disposable {
  const top = new vscode.Range(0, 0, 0, 0);
  return vscode.languages.registerCodeLensProvider(experimentSelector, {
    provideCodeLenses: ({ uri }) => {
      const lens = (
        command: Command,
        title: string,
        tooltip: string,
        more: unknown[] = [],
      ): vscode.CodeLens => new vscode.CodeLens(top, { command, title, tooltip, arguments: [uri, ...more] });
      return [
        lens(Command.RunExperiment, `$(play) ${lensTexts.run()}`, lensTexts.runTip(), ["none"]),
        lens(Command.RunWithControls, `$(run-all) ${lensTexts.controls()}`, lensTexts.controlsTip()),
        lens(Command.CompareExperiment, `$(diff) ${lensTexts.compare()}`, lensTexts.compareTip()),
      ];
    },
  });
}
