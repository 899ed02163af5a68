/** One step of a dialogue as an input box with a back button. */
import * as vscode from "vscode";
import type { StepEnd } from "./steps";

/** What one step asks. */
export interface InputQuestion {
  readonly title: string;
  readonly prompt: string;
  readonly value: string;
  readonly number: number;
  readonly total: number;
  /** What is wrong with a text, or null. */
  readonly check: (text: string) => string | null;
  /** Whether there is something to go back to in the first step too. */
  readonly canGoBack?: boolean;
}

/** Asks; the answer is a text that passed the check. */
export function askInput(question: InputQuestion): Promise<StepEnd<string>> {
  const box = vscode.window.createInputBox();
  box.title = question.title;
  box.prompt = question.prompt;
  box.value = question.value;
  box.step = question.number;
  box.totalSteps = question.total;
  box.ignoreFocusOut = true;
  if (question.number > 1 || question.canGoBack) box.buttons = [vscode.QuickInputButtons.Back];
  return new Promise<StepEnd<string>>((resolve) => {
    const validate = (): boolean => {
      box.validationMessage = question.check(box.value) ?? undefined;
      return box.validationMessage === undefined;
    };
    box.onDidChangeValue(validate);
    box.onDidTriggerButton(() => resolve({ kind: "back" }));
    box.onDidAccept(() => {
      if (validate()) resolve({ kind: "next", state: box.value });
    });
    box.onDidHide(() => resolve({ kind: "leave" }));
    box.show();
  }).finally(() => box.dispose());
}
