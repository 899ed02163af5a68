/** A coloured text's tokens as a table in a read-only editor: a line per token, from which one goes to the token. */
import * as vscode from "vscode";
import { shareText } from "../../../base/shareText";
import { heatTableScheme } from "../../documents/documentTarget";
import { heatExportTexts } from "../../messages/heatExport";
import { heatTexts } from "../../messages/heatmap";
import { quoted } from "../hover";
import { valueText } from "../words";
import type { HeatSnapshot } from "./snapshot";

/** Tokens of one table: as many as one scrolls through. */
const mostRows = 20_000;
/** Lines before the first token. */
const headLines = 3;

interface Shown {
  readonly text: string;
  readonly of: vscode.Uri;
  /** Ranges of the tokens, by row. */
  readonly places: readonly vscode.Range[];
}

/** The tables that are open; each stays as it was made. */
export class HeatTables implements vscode.Disposable {
  private readonly shown = new Map<string, Shown>();
  private made = 0;
  private readonly parts: vscode.Disposable;

  constructor() {
    const scheme = heatTableScheme;
    this.parts = vscode.Disposable.from(
      vscode.workspace.registerTextDocumentContentProvider(scheme, {
        provideTextDocumentContent: (uri) => this.shown.get(uri.toString())?.text ?? "",
      }),
      vscode.languages.registerDefinitionProvider(
        { scheme },
        {
          provideDefinition: ({ uri }, { line }) => {
            const table = this.shown.get(uri.toString());
            const place = table?.places[line - headLines];
            return table && place ? new vscode.Location(table.of, place) : undefined;
          },
        },
      ),
      vscode.workspace.onDidCloseTextDocument(({ uri }) => this.shown.delete(uri.toString())),
    );
  }

  /** Opens the table beside the text. */
  async open(snapshot: HeatSnapshot, document: vscode.TextDocument): Promise<void> {
    const path = `/${snapshot.document} · ${snapshot.name}`;
    const uri = vscode.Uri.from({ scheme: heatTableScheme, path, query: String(++this.made) });
    this.shown.set(uri.toString(), tableOf(snapshot, document));
    const opened = await vscode.workspace.openTextDocument(uri);
    const plain = await vscode.languages.setTextDocumentLanguage(opened, "plaintext");
    await vscode.window.showTextDocument(plain, { viewColumn: vscode.ViewColumn.Beside, preview: true });
  }

  dispose(): void {
    this.parts.dispose();
  }
}

/** The lines: what it is of, names of the columns, then the tokens in order, in columns that are aligned. */
function tableOf(snapshot: HeatSnapshot, document: vscode.TextDocument): Shown {
  const { store, measure, inBits, text } = snapshot;
  const rows: string[][] = [];
  const places: vscode.Range[] = [];
  for (const { start, end, value, counted, top } of store.measured()) {
    if (rows.length === mostRows) break;
    const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
    places.push(range);
    const words = top.map(
      ({ id, logProb }) => `${quoted(store.text(id) ?? `#${id}`)} ${shareText(Math.exp(logProb))}`,
    );
    const shown = value === null ? "–" : valueText(measure, value, inBits);
    rows.push([
      `${range.start.line + 1}:${range.start.character + 1}`,
      quoted(text.slice(start, end)),
      counted ? shown : `${shown} (${heatExportTexts.notCounted()})`,
      words.join("  "),
    ]);
  }
  const { columnPlace, columnToken, columnGuesses } = heatExportTexts;
  const guessed = rows.some((row) => row[3] !== "");
  const head = [columnPlace(), columnToken(), snapshot.name, guessed ? columnGuesses() : ""];
  const widths = [0, 1, 2].map((i) => Math.max(...[head, ...rows].map((row) => row[i].length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cellText, i) => (i < 3 ? cellText.padEnd(widths[i]) : cellText))
      .join("  ")
      .trimEnd();
  const left = store.fresh - rows.length;
  const lines = [
    facts(snapshot),
    "",
    line(head),
    ...rows.map(line),
    ...(left > 0 ? [heatExportTexts.more(left)] : []),
  ];
  return { text: `${lines.join("\n")}\n`, of: document.uri, places };
}

function facts({ name, document, modelName, model, made, measured }: HeatSnapshot): string {
  const digest = model.digest?.slice(0, 8);
  const part = measured < 1 ? heatTexts.measuredShare(`${Math.floor(100 * measured)}%`) : undefined;
  return [name, document, modelName, digest, part, `Introspect ${made.version}`].filter(Boolean).join(" · ");
}
