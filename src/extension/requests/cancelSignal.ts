/** Between VS Code's way to cancel and ours. */
import type * as vscode from "vscode";
import { CancelSource, type CancelSignal } from "../../base/cancel";

/** A signal that is raised when VS Code's token is. */
export function cancelSignal(token: vscode.CancellationToken): CancelSignal {
  const source = new CancelSource();
  if (token.isCancellationRequested) source.cancel();
  else token.onCancellationRequested(() => source.cancel());
  return source.signal;
}
