/** One step of a dialogue as a list with a back button. */
import * as vscode from "vscode";
import type { StepEnd } from "../steering/steps";

/** What one step asks. */
export interface PickQuestion<Item extends vscode.QuickPickItem> {
  readonly title: string;
  readonly placeHolder: string;
  readonly items: readonly Item[];
  readonly number: number;
  readonly total: number;
}

/** Asks; the answer is the item that was chosen. */
export function askPick<Item extends vscode.QuickPickItem>(
  question: PickQuestion<Item>,
): Promise<StepEnd<Item>> {
  const pick = vscode.window.createQuickPick<Item>();
  pick.title = question.title;
  pick.placeholder = question.placeHolder;
  pick.items = question.items;
  pick.step = question.number;
  pick.totalSteps = question.total;
  pick.matchOnDescription = true;
  pick.matchOnDetail = true;
  pick.ignoreFocusOut = true;
  if (question.number > 1) pick.buttons = [vscode.QuickInputButtons.Back];
  return new Promise<StepEnd<Item>>((resolve) => {
    pick.onDidTriggerButton(() => resolve({ kind: "back" }));
    pick.onDidAccept(() => {
      const [state] = pick.selectedItems;
      if (state) resolve({ kind: "next", state });
    });
    pick.onDidHide(() => resolve({ kind: "leave" }));
    pick.show();
  }).finally(() => pick.dispose());
}
