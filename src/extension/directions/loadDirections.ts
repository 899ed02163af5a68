/** What the Direction panel reads of files before it reads a text. */
import { isDeepStrictEqual } from "node:util";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { DirectionPanelData } from "../../protocol/directionPanel";
import { documentName } from "../documents/documentTarget";
import { fileTexts } from "../messages/directions";
import type { JobWork } from "../panels/panelTask";
import type { Services } from "../services";
import type { DirectionFile } from "./directionFiles";
import type { DirectionLook } from "./directionLook";

/** What was read of the files, for one look. */
export interface LoadedDirections {
  readonly look: DirectionLook;
  readonly files: readonly DirectionFile[];
  readonly chosen: DirectionFile;
  readonly compared: DirectionPanelData["compared"];
}

/** Reads it; what was read for the same files before is kept. */
export async function loadDirections(
  services: Services,
  loaded: LoadedDirections | undefined,
  { look, work }: { readonly look: DirectionLook; readonly work: JobWork },
): Promise<LoadedDirections> {
  if (loaded && loaded.look.uri === look.uri && loaded.look.against === look.against) {
    // What was correlated belongs to the layers that it was read at.
    if (!loaded.compared || isDeepStrictEqual(loaded.look.layers, look.layers)) return { ...loaded, look };
    const { correlated: _, ...compared } = loaded.compared;
    return { ...loaded, look, compared };
  }
  const { directions, engine } = services;
  const listed = await directions.list();
  const find = async (address: string): Promise<DirectionFile | undefined> =>
    listed.find(({ uri }) => uri.toString() === address) ??
    (await directions.find(vscode.Uri.parse(address)));
  const chosen = await find(look.uri);
  if (!chosen) {
    const said = fileTexts.gone(documentName(vscode.Uri.parse(look.uri)));
    throw new CodedError("no-direction", said, { next: fileTexts.goneNext() });
  }
  const against = look.against === null ? undefined : await find(look.against);
  // One may be looked at that is outside the workspace.
  const files = [
    ...listed,
    ...[chosen, against].filter((one) => one && !listed.includes(one)),
  ] as DirectionFile[];
  if (!against) return { look, files, chosen, compared: null };
  const both = [chosen.uri.fsPath, against.uri.fsPath] as const;
  const cosines = await engine.call("directions/compare", { files: both }, work);
  return { look, files, chosen, compared: { with: files.indexOf(against), cosines } };
}
