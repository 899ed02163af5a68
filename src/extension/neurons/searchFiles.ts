/** The files that are searched for strong places of a neuron, and their texts. */
import * as vscode from "vscode";
import { throwIfCancelled, type CancelSignal } from "../../base/cancel";
import { mostFilesSearched, type SearchScope } from "../../protocol/neuronPanel";

/** Bytes of a file that is read: source files are smaller, generated ones larger. */
const largestFile = 1_000_000;
/** Files that nobody reads, beside what `files.exclude` says, which holds too. */
const neverSearched = "**/node_modules/**";

/** The addresses of a scope, in order of name: of the workspace, the first 5,000 that `files.exclude` leaves. */
export async function filesOf(scope: SearchScope): Promise<vscode.Uri[]> {
  const found =
    scope === "open"
      ? openFiles()
      : await vscode.workspace.findFiles("**/*", neverSearched, mostFilesSearched);
  const byAddress = new Map(found.map((uri) => [uri.toString(), uri]));
  return [...byAddress.values()].sort((a, b) => (a.toString() < b.toString() ? -1 : 1));
}

function openFiles(): vscode.Uri[] {
  return vscode.window.tabGroups.all.flatMap(({ tabs }) =>
    tabs.flatMap(({ input }) => {
      if (input instanceof vscode.TabInputText) return [input.uri];
      return input instanceof vscode.TabInputTextDiff ? [input.modified] : [];
    }),
  );
}

/** The text of a file; null where it is binary, not UTF-8, too large or gone. What is open counts as it stands there. */
export async function textOf(uri: vscode.Uri, signal: CancelSignal): Promise<string | null> {
  throwIfCancelled(signal);
  const open = vscode.workspace.textDocuments.find((document) => document.uri.toString() === uri.toString());
  if (open) return open.getText().length > largestFile ? null : open.getText();
  try {
    if ((await vscode.workspace.fs.stat(uri)).size > largestFile) return null;
    return decoded(await vscode.workspace.fs.readFile(uri));
  } catch {
    return null;
  }
}

/** What is no UTF-8, or has a NUL, is no text to read; a mark of the byte order is no part of it. */
function decoded(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
