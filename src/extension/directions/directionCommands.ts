/** What is done with direction files: colouring by one, comparing, adding up, bringing in and taking out. */
import path from "node:path";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { DirectionFormat } from "../../protocol/direction";
import { noEditorWords } from "../documents/noEditor";
import { askTarget } from "../documents/saveAs";
import { textEditor } from "../documents/documentTarget";
import { cursorIn } from "../heatmap/attentionRow";
import type { Heatmap } from "../heatmap/heatmap";
import type { Services } from "../services";
import { firstSum, parseSum, sumName, type NamedWeight } from "./combination";
import { proposedPath, firstDraft, pathFrom, nameOf } from "./directionDraft";
import type { DirectionFile } from "./directionFiles";
import type { DirectionMaker } from "./makeDirection";
import { fileTexts, makeTexts, pickTexts } from "../messages/directions";
import {
  along,
  directionOf,
  pickDirection,
  pickDirections,
  pickLayers,
  selectedDirections,
} from "./pickDirection";

/** What the commands act on. */
export interface DirectionTargets {
  readonly services: Services;
  readonly heatmap: Heatmap;
  readonly maker: DirectionMaker;
  /** Opens a direction's page, beside another one where two are compared. */
  show(file: DirectionFile, against?: DirectionFile): Promise<unknown>;
}

/** Opens a direction's page. */
export async function openDirection({ services, show }: DirectionTargets, one: unknown): Promise<void> {
  const file = await directionOf(services.directions, one);
  if (file) await show(file);
}

/** Colours the active editor by a direction. */
export async function colourByDirection(
  { services, heatmap }: DirectionTargets,
  one: unknown,
): Promise<void> {
  const editor =
    textEditor() ?? vscode.window.visibleTextEditors.find(({ document }) => document.uri.scheme === "file");
  if (!editor) return void vscode.window.showInformationMessage(noEditorWords());
  const file = await directionOf(services.directions, one);
  const layers = file && (await pickLayers(file.header));
  if (file && layers !== undefined) await heatmap.colour(cursorIn(editor), along(file, layers));
}

/** Compares two directions: those that are selected in the tree, else asks for what is missing. */
export async function compareDirections(
  targets: DirectionTargets,
  one: unknown,
  selected: unknown,
): Promise<void> {
  const { directions } = targets.services;
  const [first, second] = await selectedDirections(directions, one, selected);
  const a = first ?? (await pickDirection(directions, { placeHolder: pickTexts.first() }));
  const b =
    a && (second ?? (await pickDirection(directions, { placeHolder: pickTexts.second(), without: a })));
  if (a && b) await targets.show(a, b);
}

/** Adds directions up into a new file. */
export async function combineDirections(
  targets: DirectionTargets,
  one: unknown,
  selected: unknown,
): Promise<void> {
  const { services, show } = targets;
  const { directions, engine } = services;
  const all = await directions.list();
  const inTree = await selectedDirections(directions, one, selected);
  const chosen = inTree.length > 0 ? inTree : await pickDirections(directions);
  if (!chosen || chosen.length === 0) return;
  const parts = await askSum(chosen, all);
  if (!parts) return;
  const out = await askPlace(sumName(parts), fileTexts.combineTitle());
  if (!out) return;
  const weighted = parts.map(({ name, weight }) => {
    const file = [...chosen, ...all].find(({ header }) => header.name === name);
    if (!file) throw new CodedError("no-direction", fileTexts.unknown(name));
    return { file: file.uri.fsPath, weight };
  });
  await engine.call("directions/combine", { parts: weighted, out: out.fsPath });
  directions.refresh();
  const made = await directions.find(out);
  if (made) await show(made);
}

async function askSum(
  chosen: readonly DirectionFile[],
  all: readonly DirectionFile[],
): Promise<readonly NamedWeight[] | undefined> {
  const names = all.map(({ header }) => header.name);
  const read = (text: string): readonly NamedWeight[] | null => parseSum(text, names);
  const text = await vscode.window.showInputBox({
    title: fileTexts.combineTitle(),
    prompt: fileTexts.combineHow(),
    value: firstSum(chosen.map(({ header }) => header.name)),
    validateInput: (value) => (read(value) ? null : fileTexts.combineBad(names.join(", "))),
  });
  return text === undefined ? undefined : (read(text) ?? undefined);
}

/** Asks for a free place in the workspace, and makes its folder. */
async function askPlace(name: string, title: string): Promise<vscode.Uri | undefined> {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (!folder) return askTarget({ name: `${name}.json`, format: "json" });
  const found = await vscode.workspace.findFiles("**/*.json", "**/node_modules/**", 2000);
  const taken = new Set(found.map((uri) => vscode.workspace.asRelativePath(uri, false)));
  const draft = firstDraft({ kind: "template", template: { name } });
  const typed = await vscode.window.showInputBox({
    title,
    prompt: makeTexts.save(),
    value: proposedPath(draft, taken),
    validateInput: (value) => {
      const save = pathFrom(value);
      if (save === null) return makeTexts.noPath();
      return taken.has(save) ? makeTexts.taken(path.posix.basename(save)) : null;
    },
  });
  const save = typed === undefined ? null : pathFrom(typed);
  if (save === null) return undefined;
  const out = vscode.Uri.joinPath(folder, save);
  await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(out, ".."));
  return out;
}

/** Makes a direction file of vectors that another program wrote. */
export async function importDirection({ maker }: DirectionTargets): Promise<void> {
  const title = fileTexts.importTitle();
  const [uri] =
    (await vscode.window.showOpenDialog({
      title,
      openLabel: fileTexts.importWhich(),
      filters: { "npz, GGUF, JSON": ["npz", "gguf", "json"] },
    })) ?? [];
  if (!uri) return;
  const out = await askPlace(path.basename(uri.fsPath).replace(/\.[^.]*$/, ""), title);
  if (!out) return;
  const name = nameOf(path.basename(out.fsPath));
  const spec = maker.importSpec(uri.fsPath, name);
  await maker.write({ spec, base: path.dirname(uri.fsPath), out: out.fsPath }, name);
}

/** Writes a direction for other programs. */
export async function exportDirection({ services }: DirectionTargets, one: unknown): Promise<void> {
  const file = await directionOf(services.directions, one);
  if (!file) return;
  const items: { label: string; detail: string; format: DirectionFormat }[] = [
    { label: fileTexts.npz(), detail: fileTexts.npzMore(), format: "npz" },
    { label: fileTexts.gguf(), detail: fileTexts.ggufMore(), format: "gguf" },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: fileTexts.exportTitle() });
  if (!picked) return;
  const { format } = picked;
  const target = await askTarget({ name: `${file.header.name}-vectors.${format}`, format });
  if (!target) return;
  const asked = { file: file.uri.fsPath, format, out: target.fsPath };
  const { layers, left } = await services.engine.call("directions/export", asked);
  const said = fileTexts.exported(path.basename(target.fsPath), layers.length);
  void vscode.window.showInformationMessage(
    left.length > 0 ? `${said} ${fileTexts.left(left.join(", "))}` : said,
  );
}

/** Shows a direction's file in the explorer. */
export async function revealDirection({ services }: DirectionTargets, one: unknown): Promise<void> {
  const file = await directionOf(services.directions, one);
  if (file) await vscode.commands.executeCommand("revealInExplorer", file.uri);
}
