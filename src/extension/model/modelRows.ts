/** The rows of *Choose Model…*: what is on this machine, a folder of one's own, and what can be downloaded. */
import path from "node:path";
import * as vscode from "vscode";
import { inWords, parametersInWords } from "../../base/bytes";
import { isPinned } from "../../protocol/catalogue";
import type { ListedModel, ModelList, ModelSource } from "../../protocol/modelList";
import { deleteTexts, modelTexts, sentence } from "../messages";

/** A row that can be chosen. */
export interface ModelRow extends vscode.QuickPickItem {
  /** Names the row while the list is filled in behind it. */
  readonly key: string;
  readonly choice: ModelChoice;
}

/** What choosing a row means. */
export type ModelChoice =
  | { readonly kind: "folder"; readonly path: string; readonly problem?: ListedModel["problem"] }
  | { readonly kind: "download"; readonly model: ListedModel }
  | { readonly kind: "browse" }
  | { readonly kind: "again" };

/** What a row can do beside being chosen. */
export type RowAction = "reveal" | "forget" | "delete";

/** A row's button. */
export interface RowButton extends vscode.QuickInputButton {
  readonly action: RowAction;
}

/** What the rows are made of. */
export interface RowFacts {
  readonly bundled: string;
  readonly used: readonly string[];
  readonly inUse: string;
  /** Null while it is looked up. */
  readonly list: ModelList | null;
  /** Looking it up failed. */
  readonly failed: boolean;
}

/** All rows with their separators; before the list is there, those that need no looking up. */
export function modelRows(facts: RowFacts): (ModelRow | vscode.QuickPickItem)[] {
  const models = facts.list?.models ?? unknownModels(facts);
  const budget = facts.list?.budget ?? 0;
  const of = (source: ModelSource): ModelRow[] =>
    models.filter((model) => model.source === source).map((model) => rowOf(model, facts, budget));
  const again: ModelRow[] = facts.failed
    ? [
        {
          key: "again",
          label: `$(refresh) ${modelTexts.notListed()}`,
          alwaysShow: true,
          choice: { kind: "again" },
        },
      ]
    : [];
  return [
    ...group(modelTexts.bundled(), of("bundled")),
    ...group(modelTexts.used(), of("used")),
    ...group(modelTexts.ownFolder(), [browseRow()]),
    ...group(modelTexts.downloaded(), of("downloaded")),
    ...group(modelTexts.cache(), of("cache")),
    ...group(modelTexts.catalogue(), of("catalogue")),
    ...again,
  ];
}

function group(label: string, rows: readonly ModelRow[]): vscode.QuickPickItem[] {
  return rows.length === 0 ? [] : [{ label, kind: vscode.QuickPickItemKind.Separator }, ...rows];
}

function browseRow(): ModelRow {
  return {
    key: "browse",
    label: `$(folder-opened) ${modelTexts.browse()}`,
    detail: modelTexts.browseDetail(),
    choice: { kind: "browse" },
  };
}

/** Models of which only the folder is known yet. */
function unknownModels({ bundled, used, inUse }: RowFacts): ListedModel[] {
  const nothing = { revision: null, family: null, parameters: null, bytes: null, needed: null, fits: null };
  const folders = [...new Set([bundled, inUse, ...used])];
  return folders.map((folder) => ({
    source: folder === bundled ? "bundled" : "used",
    name: path.basename(folder) || folder,
    path: folder,
    ...nothing,
  }));
}

function rowOf(model: ListedModel, { inUse, list }: RowFacts, budget: number): ModelRow {
  const { name, problem } = model;
  const icon = model.path === null ? "cloud-download" : problem ? "warning" : "circuit-board";
  const label = `$(${icon}) ${escapeIcons(name)}`;
  const current = model.path === inUse ? [modelTexts.current()] : [];
  const description = [...current, ...factsOf(model, budget)].join(" · ");
  if (model.path === null) {
    const key = `catalogue:${name}`;
    return { key, label, description, detail: offerOf(model), choice: { kind: "download", model } };
  }
  const detail = [...(problem ? [sentence(problem)] : []), model.path].join(" — ");
  return {
    key: model.path,
    label,
    description,
    detail,
    buttons: buttonsOf(model.source, list !== null && path.dirname(model.path) === list.downloads),
    choice: { kind: "folder", path: model.path, ...(problem ? { problem } : {}) },
  };
}

/** Whether it fits, family, and parameters; only what is known. */
function factsOf({ family, parameters, needed, fits }: ListedModel, budget: number): string[] {
  return [
    ...(needed === null || fits === null ? [] : [memoryText(needed, fits, budget)]),
    ...(family === null ? [] : [family]),
    ...(parameters === null ? [] : [modelTexts.parameters(parametersInWords(parameters))]),
  ];
}

/** Whether a model fits into memory, in words. */
export function memoryText(needed: number, fits: boolean, budget: number): string {
  return fits ? modelTexts.fits(inWords(needed)) : modelTexts.doesNotFit(inWords(needed), inWords(budget));
}

function offerOf({ bytes, entry, revision }: ListedModel): string {
  return [
    ...(bytes === null ? [] : [inWords(bytes)]),
    ...(entry === undefined ? [] : [entry.licence]),
    ...(revision === null ? [] : [revisionText(revision)]),
  ].join(" · ");
}

/** A commit, shortened; or a branch, with what becomes of it. */
export function revisionText(revision: string): string {
  return isPinned(revision) ? modelTexts.revision(revision.slice(0, 8)) : modelTexts.revisionMoving(revision);
}

function buttonsOf(source: ModelSource, isDownload: boolean): RowButton[] {
  const reveal: RowButton = {
    action: "reveal",
    iconPath: new vscode.ThemeIcon("folder-opened"),
    tooltip: modelTexts.reveal(),
  };
  const forget: RowButton = {
    action: "forget",
    iconPath: new vscode.ThemeIcon("close"),
    tooltip: modelTexts.forget(),
  };
  const remove: RowButton = {
    action: "delete",
    iconPath: new vscode.ThemeIcon("trash"),
    tooltip: deleteTexts.button(),
  };
  return [reveal, ...(source === "used" ? [forget] : []), ...(isDownload ? [remove] : [])];
}

/** A name is only text: `$(x)` in it is no icon. */
export function escapeIcons(name: string): string {
  return name.replaceAll("$(", "$\u200b(");
}
