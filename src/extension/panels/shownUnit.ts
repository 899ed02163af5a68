/** Tells panels which unit log-probabilities, entropies and divergences are shown in. */
import * as vscode from "vscode";
import type { LogUnit } from "../../protocol/logUnit";
import { Setting } from "../contributions";
import { logUnit } from "../settings";

/** What of a panel's snapshots this needs. */
interface UnitStore {
  update(change: { readonly unit: LogUnit }): void;
}

/** Keeps the unit in the snapshots of these panels that of the setting. */
export function showUnit(stores: readonly UnitStore[]): vscode.Disposable {
  const tell = (): void => stores.forEach((store) => store.update({ unit: logUnit() }));
  tell();
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(Setting.LogUnit)) tell();
  });
}
