/** From the colours of a text to its picture, and to the numbers of all of its tokens: a table, or files. */
import * as vscode from "vscode";
import { CodedError } from "../../../base/errors";
import { documentName } from "../../documents/documentTarget";
import { saveAs } from "../../documents/saveAs";
import { heatmapArrays } from "../../exports/heatmapArrays";
import { saveArrays } from "../../exports/saveArrays";
import { heatExportTexts } from "../../messages/heatExport";
import type { Services } from "../../services";
import { isInBits, share as measuredShare, type Look } from "../look";
import { measureName } from "../words";
import type { PicturePanel } from "../picturePanel";
import { heatmapCsv, heatmapJson } from "./files";
import { factsOf, snapshotOf, withDigest } from "./snapshot";
import type { HeatTables } from "./table";

/** What is made. */
const kinds = ["picture", "table", "csv", "json", "npz"] as const;
type Kind = (typeof kinds)[number];

/** Most tokens of a file. */
const mostTokens = 500_000;

/** Where pictures and tables are shown. */
export interface ExportPlaces {
  readonly picture: PicturePanel;
  readonly tables: HeatTables;
}

/**
 * Asks what to make of a coloured text, and makes it. A kind that is given is taken without asking.
 * @throws {CodedError} "nothing-shown", "too-many-tokens"
 */
export async function exportColours(
  services: Services,
  { picture, tables }: ExportPlaces,
  look: Look | undefined,
  choice?: unknown,
): Promise<void> {
  if (!look) throw new CodedError("nothing-shown", heatExportTexts.nothing());
  const kind = kinds.find((one) => one === choice) ?? (await ask(look));
  if (!kind) return;
  const { info, store } = look;
  if (!info || store.fresh === 0) throw new CodedError("nothing-shown", heatExportTexts.wait());
  if (kind === "picture") return picture.open();
  if (store.fresh > mostTokens)
    throw new CodedError("too-many-tokens", heatExportTexts.tooMany(mostTokens), {
      next: heatExportTexts.tooManyNext(),
    });
  const snapshot = snapshotOf(services, look, await withDigest(services, info));
  if (kind === "table") return tables.open(snapshot, look.document);
  if (kind === "npz") {
    const facts = JSON.stringify(factsOf(snapshot));
    const shown = heatmapArrays(look.measure, [...store.measured()]);
    return saveArrays(services, `${fileName}.npz`, { facts, shown, read: null });
  }
  const content = await (kind === "csv" ? heatmapCsv(snapshot) : heatmapJson(snapshot));
  await saveAs({ name: `${fileName}.${kind}`, format: kind, content });
}

const fileName = "introspect-token-heatmap";

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
