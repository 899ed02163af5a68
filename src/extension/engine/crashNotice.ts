/** Tells a person that the engine ended by itself: one notification at a time, with a way on. */
import * as vscode from "vscode";
import { buttons, crash as crashTexts } from "../messages";
import type { EngineCrash } from "./engineSupervisor";

/** What the buttons do. */
export interface CrashActions {
  /** Lets the engine start again and repeats what the crash cut off. */
  retry(): void;
  showLog(): void;
}

/** Makes the listener; a crash that cut nothing off and may be followed by a new start is only logged. */
export function crashNotice({ retry, showLog }: CrashActions): (crash: EngineCrash) => void {
  let open = false;
  return ({ ending, cutOff, mayStart }) => {
    if (open || (cutOff === 0 && mayStart)) return;
    open = true;
    const text = mayStart ? crashTexts.once(ending) : crashTexts.often(ending);
    void vscode.window.showWarningMessage(text, buttons.retry(), buttons.showLog()).then((chosen) => {
      open = false;
      if (chosen === buttons.retry()) retry();
      if (chosen === buttons.showLog()) showLog();
    });
  };
}
