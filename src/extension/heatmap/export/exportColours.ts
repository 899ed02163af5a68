/** From the colours of a text to its numbers: a table, files, or the command that gives them. */
import { Buffer } from "node:buffer";
import * as vscode from "vscode";
import { CodedError } from "../../../base/errors";
import type { ModelInfo } from "../../../protocol/model";
import { colourId } from "../../contributions";
import { documentName } from "../../documents/documentTarget";
import { saveAs } from "../../documents/saveAs";
import { saveArrays } from "../../exports/saveArrays";
import { heatExportTexts } from "../../messages/heatExport";
import type { Services } from "../../services";
import { isInBits, share as measuredShare, type Look } from "../look";
import { measureName, scaleEnds } from "../words";
import { heatmapArrays, heatmapCsv, heatmapJson } from "./files";
import { heatmapSvg } from "./picture";
import { factsOf, snapshotOf, type HeatSnapshot } from "./snapshot";
import type { HeatTables } from "./table";

/** What is made. */
const kinds = ["table", "csv", "json", "npz", "svg", "command"] as const;
type Kind = (typeof kinds)[number];

/** Most tokens of a file. */
const mostTokens = 500_000;
/** Most lines of a picture. */
const mostLines = 400;

/**
 * Asks what to make of a coloured text, and makes it. A kind that is given is taken without asking.
 * @throws {CodedError} "nothing-shown", "too-many-tokens", "no-command"
 */
export async function exportColours(
  services: Services,
  tables: HeatTables,
  look: Look | undefined,
  choice?: unknown,
): Promise<void> {
  if (!look) throw new CodedError("nothing-shown", heatExportTexts.nothing());
  const kind = kinds.find((one) => one === choice) ?? (await ask(look));
  if (!kind) return;
  const { info, store } = look;
  if (!info || store.fresh === 0) throw new CodedError("nothing-shown", heatExportTexts.wait());
  if (store.fresh > mostTokens)
    throw new CodedError("too-many-tokens", heatExportTexts.tooMany(mostTokens), {
      next: heatExportTexts.tooManyNext(),
    });
  const snapshot = snapshotOf(services, look, await withDigest(services, info));
  if (kind === "table") return tables.open(snapshot, look.document);
  if (kind === "command") return copyCommand(snapshot);
  if (kind === "npz") {
    const facts = JSON.stringify(factsOf(snapshot));
    return saveArrays(services, `${fileName}.npz`, { facts, shown: heatmapArrays(snapshot), read: null });
  }
  const content = await contentOf(services, kind, snapshot, look);
  await saveAs({ name: `${fileName}.${kind}`, format: kind, content });
}

const fileName = "introspect-token-heatmap";

/** What a file was made with names its model by digest, which is computed when it is first needed. */
async function withDigest({ engine }: Services, info: ModelInfo): Promise<ModelInfo> {
  if (info.digest !== null) return info;
  return { ...info, ...(await engine.call("model/digest", { model: info.path })) };
}

async function contentOf(
  services: Services,
  kind: Exclude<Kind, "table" | "command" | "npz">,
  snapshot: HeatSnapshot,
  look: Look,
): Promise<Uint8Array> {
  if (kind === "csv") return heatmapCsv(snapshot);
  if (kind === "json") return heatmapJson(snapshot);
  return Buffer.from(pictureOf(services, snapshot, look));
}

/** Of the lines that are selected, else of those on the screen. */
function pictureOf({ context }: Services, snapshot: HeatSnapshot, look: Look): string {
  const { document, store, scale, measure } = look;
  const editors = vscode.window.visibleTextEditors.filter((one) => one.document === document);
  const editor = editors.find((one) => one === vscode.window.activeTextEditor) ?? editors[0];
  const visible = editor?.visibleRanges[0] ?? new vscode.Range(0, 0, mostLines, 0);
  const { start, end } = editor && !editor.selection.isEmpty ? editor.selection : visible;
  const to = Math.min(end.line, start.line + mostLines - 1, document.lineCount - 1);
  const range = new vscode.Range(start.line, 0, to, document.lineAt(to).text.length);
  const text = document.getText(range);
  const from = document.offsetAt(range.start);
  const lines = heatExportTexts.lines(snapshot.document, start.line + 1, to + 1);
  const { made, model } = snapshot;
  const digest = model.digest?.slice(0, 8);
  const footer = [lines, snapshot.modelName, digest, `Introspect ${made.version}`]
    .filter(Boolean)
    .join(" · ");
  return heatmapSvg({
    ...{ text, scale, footer, start: from, title: snapshot.name },
    tokens: [...store.tokensIn([{ start: from, end: from + text.length }])],
    ends: scaleEnds(measure, scale, isInBits(look)),
    facts: { ...factsOf(snapshot), lines: { from: start.line + 1, to: to + 1 } },
    tabSize: Number(editor?.options.tabSize ?? 4),
    fill: fills(context.extension.packageJSON, scale.signed),
  });
}

/** The contributed colours of light themes, as the package has them: a picture stands on white. */
function fills(packageJson: unknown, signed: boolean): (step: number) => string {
  const { contributes } = packageJson as {
    contributes: { colors: readonly { id: string; defaults: { light: string } }[] };
  };
  const colours = new Map(contributes.colors.map(({ id, defaults }) => [id, defaults.light]));
  return (step) => {
    const side = !signed ? "heat" : step < 0 ? "negative" : "positive";
    return colours.get(colourId("fill", side, Math.abs(step))) ?? "#80808080";
  };
}

async function copyCommand({ command }: HeatSnapshot): Promise<void> {
  if (command === null)
    throw new CodedError("no-command", heatExportTexts.noCommand(), {
      next: heatExportTexts.noCommandNext(),
    });
  await vscode.env.clipboard.writeText(command);
  void vscode.window.showInformationMessage(heatExportTexts.commandCopied());
}

async function ask(look: Look): Promise<Kind | undefined> {
  const { measure, linked, document } = look;
  const of = heatExportTexts;
  const rows = kinds.map((kind) => ({ make: kind, label: of[kind](), detail: of[`${kind}More`]() }));
  const share = measuredShare(look);
  const picked = await vscode.window.showQuickPick(rows, {
    title: of.title(measureName(measure, isInBits(look), linked), documentName(document.uri)),
    placeHolder: share < 1 ? of.partly(`${Math.floor(100 * share)}%`) : of.placeholder(),
    matchOnDetail: true,
  });
  return picked?.make;
}
