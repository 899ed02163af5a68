/** Searches files for the strongest places of a neuron, one after the other; what was found is told as it comes. */
import * as vscode from "vscode";
import type { BosPolicy } from "../../base/bosPolicy";
import { throwIfCancelled } from "../../base/cancel";
import type { NeuronSearch, SearchScope } from "../../protocol/neuronPanel";
import type { EngineSupervisor } from "../engine/engineSupervisor";
import { searchTexts } from "../messages";
import type { JobWork } from "../panels/panelTask";
import { filesOf, textOf } from "./searchFiles";
import { TopPlaces, type FoundPlace } from "./topPlaces";

/** Places kept. */
const mostPlaces = 30;

/** What is searched for. */
export interface SearchRequest {
  readonly scope: SearchScope;
  readonly model: string;
  readonly bos: BosPolicy;
  readonly layer: number;
  readonly neuron: number;
  readonly sign: 1 | -1;
}

/** A search as it is shown, with what it takes to go to its places. */
export interface SearchState {
  readonly search: NeuronSearch;
  readonly found: readonly FoundPlace[];
}

/** Searches; `onFound` hears of every state but the last, which is given back. */
export async function searchPlaces(
  engine: EngineSupervisor,
  request: SearchRequest,
  work: JobWork,
  onFound: (state: SearchState) => void,
): Promise<SearchState> {
  const { scope, ...asked } = request;
  const files = await filesOf(scope);
  const top = new TopPlaces(mostPlaces, request.sign);
  let leftOut = 0;
  const state = (read: number, complete: boolean): SearchState => {
    const { layer, neuron } = request;
    const found = top.all;
    const places = found.map(({ shown }) => shown);
    const search = { scope, layer, neuron, read, total: files.length, leftOut, complete, places };
    return { search, found };
  };
  for (const [i, uri] of files.entries()) {
    throwIfCancelled(work.signal);
    const name = vscode.workspace.asRelativePath(uri);
    work.onProgress({ done: i, total: files.length, message: searchTexts.reading(name) });
    const text = await textOf(uri, work.signal);
    if (text === null) leftOut++;
    else if (text !== "") {
      // The engine's own progress is of one file alone.
      const quiet = { ...work, onProgress: () => {} };
      const { places } = await engine.call("neurons/places", { ...asked, text }, quiet);
      top.add({ uri: uri.toString(), name, text }, places);
    }
    if (i + 1 < files.length) onFound(state(i + 1, false));
  }
  return state(files.length, true);
}

/** Shows a place that was found in an editor. */
export async function goToPlace({ uri, from, to }: FoundPlace): Promise<void> {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.parse(uri));
  const shown = vscode.window.visibleTextEditors.find((editor) => editor.document === document);
  await vscode.window.showTextDocument(document, {
    viewColumn: shown?.viewColumn ?? vscode.ViewColumn.One,
    selection: new vscode.Range(from.line, from.character, to.line, to.character),
  });
}
