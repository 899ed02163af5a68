/** Asks for directions of the workspace, and for layers of one. */
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { HeatmapMeasure } from "../../protocol/heatmap";
import type { DirectionHeader } from "../../protocol/direction";
import { Command } from "../contributions";
import { percent, shortly } from "./describe";
import type { DirectionFile, DirectionFiles } from "./directionFiles";
import { bandOf } from "./layerBand";
import { fileTexts, makeTexts, pickTexts } from "../messages/directions";

interface Pick extends vscode.QuickPickItem {
  readonly file: DirectionFile;
}

const asPick = (file: DirectionFile): Pick => ({
  label: file.header.name,
  description: shortly(file.header),
  detail: vscode.workspace.asRelativePath(file.uri),
  file,
});

/** Directions to choose from; where there are none, offers to make one and gives undefined. */
async function offered(files: DirectionFiles, without?: DirectionFile): Promise<readonly Pick[] | undefined> {
  const others = (await files.list()).filter(({ uri }) => uri.path !== without?.uri.path);
  if (others.length > 0) return others.map(asPick);
  const make = makeTexts.make();
  if ((await vscode.window.showInformationMessage(pickTexts.none(), make)) === make)
    await vscode.commands.executeCommand(Command.MakeDirection);
  return undefined;
}

/** Asks for one direction. */
export async function pickDirection(
  files: DirectionFiles,
  asked: { readonly placeHolder?: string; readonly without?: DirectionFile } = {},
): Promise<DirectionFile | undefined> {
  const items = await offered(files, asked.without);
  if (!items) return undefined;
  const { placeHolder = pickTexts.which() } = asked;
  const picked = await vscode.window.showQuickPick(items, {
    placeHolder,
    matchOnDescription: true,
    matchOnDetail: true,
  });
  return picked?.file;
}

/** Asks for two or more. */
export async function pickDirections(files: DirectionFiles): Promise<readonly DirectionFile[] | undefined> {
  const items = await offered(files);
  const picked =
    items &&
    (await vscode.window.showQuickPick(items, { placeHolder: pickTexts.others(), canPickMany: true }));
  return picked?.map(({ file }) => file);
}

/** The direction that a command was called on, else the one that a person chooses. */
export async function directionOf(files: DirectionFiles, one: unknown): Promise<DirectionFile | undefined> {
  const uri = uriOf(one);
  if (!uri) return pickDirection(files);
  const found = await files.find(uri);
  if (found) return found;
  const said = fileTexts.gone(vscode.workspace.asRelativePath(uri));
  throw new CodedError("no-direction", said, { next: fileTexts.goneNext() });
}

/** Those that are selected in the tree, where the command was called there. */
export async function selectedDirections(
  files: DirectionFiles,
  one: unknown,
  selected: unknown,
): Promise<readonly DirectionFile[]> {
  const uris = (Array.isArray(selected) ? selected : [one]).map(uriOf).filter((uri) => uri !== undefined);
  const found = await Promise.all(uris.map((uri) => files.find(uri)));
  return found.filter((file) => file !== undefined);
}

function uriOf(one: unknown): vscode.Uri | undefined {
  if (one instanceof vscode.Uri) return one;
  const { uri } = typeof one === "object" && one !== null ? (one as { uri?: unknown }) : {};
  return uri instanceof vscode.Uri ? uri : undefined;
}

type Measure = Extract<HeatmapMeasure, { kind: "direction" }>;

/** The measure of a text along a direction; zero of the colours is its threshold. */
export const along = ({ uri }: DirectionFile, layers: Measure["layers"]): Measure => ({
  kind: "direction",
  file: uri.fsPath,
  layers,
  centred: true,
});

/** Asks for the layers that a text is read at: the best, one, a band, all; null is the best one. */
export async function pickLayers(header: DirectionHeader): Promise<Measure["layers"] | undefined> {
  const { layers, bestLayer } = header;
  const numbers = layers.map(({ layer }) => layer);
  const entry = (label: string, chosen: Measure["layers"], description?: string) => ({
    label,
    ...(description === undefined ? {} : { description }),
    choose: () => Promise.resolve<Measure["layers"] | undefined>(chosen),
  });
  const worth = (layer: number): string | undefined => {
    const accuracy = layers.find((one) => one.layer === layer)?.accuracy ?? null;
    return accuracy === null ? undefined : percent(accuracy);
  };
  const several = [
    entry(pickTexts.all(), numbers),
    { label: pickTexts.band(), choose: () => askBand(numbers) },
  ];
  const items = [
    entry(pickTexts.best(bestLayer), null, worth(bestLayer)),
    ...(numbers.length > 1 ? several : []),
    ...numbers.map((layer) => entry(pickTexts.layer(layer), [layer], worth(layer))),
  ];
  const picked = await vscode.window.showQuickPick(items, { placeHolder: pickTexts.layers() });
  return picked?.choose();
}

async function askBand(numbers: readonly number[]): Promise<readonly number[] | undefined> {
  const [first = 0, last = 0] = [numbers[0], numbers.at(-1)];
  const prompt = pickTexts.askBand(first, last);
  const validateInput = (text: string): string | null => (bandOf(text, numbers) ? null : prompt);
  const text = await vscode.window.showInputBox({ prompt, value: `${first}-${last}`, validateInput });
  return text === undefined ? undefined : bandOf(text, numbers);
}
