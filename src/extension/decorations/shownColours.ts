/** Whether anything is painted that the one key takes off: several may paint, and the key works while one does. */
import * as vscode from "vscode";
import { ContextKey } from "../contributions";

const shown = new Set<object>();

/** Says that an owner's colours are on an editor, or no longer. */
export function setColoursShown(owner: object, isShown: boolean): void {
  const before = shown.size > 0;
  if (isShown) shown.add(owner);
  else shown.delete(owner);
  const now = shown.size > 0;
  if (now !== before) void vscode.commands.executeCommand("setContext", ContextKey.ColoursShown, now);
}
