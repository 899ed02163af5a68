/** Run sweep, above the text of every sweep plan. */
import * as vscode from "vscode";
import { sweepSuffix } from "../../protocol/sweepPanel";
import { Command } from "../contributions";
import { sweepTexts } from "../messages/sweeps";

/** Registers the line. It needs no reading of the text: what is wrong with it is said when it is run. */
export function registerSweepLenses(): vscode.Disposable {
  const top = new vscode.Range(0, 0, 0, 0);
  return vscode.languages.registerCodeLensProvider(
    { pattern: `**/*${sweepSuffix}` },
    {
      provideCodeLenses: ({ uri }) => [
        new vscode.CodeLens(top, {
          command: Command.RunSweep,
          title: `$(play) ${sweepTexts.run()}`,
          tooltip: sweepTexts.runTip(),
          arguments: [uri],
        }),
      ],
    },
  );
}
