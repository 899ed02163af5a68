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
  // One notice of each kind at a time: that it happened, and that it happens again and again.
  const open = new Set<boolean>();
  return ({ ending, cutOff, mayStart }) => {
    if (open.has(mayStart) || (cutOff === 0 && mayStart)) return;
    open.add(mayStart);
    const text = mayStart ? crashTexts.once(ending) : crashTexts.often(ending);
    void vscode.window.showWarningMessage(text, buttons.retry(), buttons.showLog()).then((chosen) => {
      open.delete(mayStart);
      if (chosen === buttons.retry()) retry();
      if (chosen === buttons.showLog()) showLog();
    });
  };
}
