/** Colours of one neuron on the tokens of an editor: twelve fixed decoration types, only where one can see them. */
import * as vscode from "vscode";
import type { TokenInfo } from "../../protocol/model";
import { colourId, colourLevels, type ColourSign } from "../contributions";
import { colourTexts } from "../messages";
import { bucketTokens, scaleOf, type Buckets, type ColouredToken } from "./buckets";
import { setColoursShown } from "./shownColours";

/** What is painted: one neuron's activations on tokens of one version of a document. */
export interface Painting {
  readonly uri: string;
  readonly version: number;
  readonly tokens: readonly TokenInfo[];
  readonly activations: readonly number[];
  readonly layer: number;
  readonly neuron: number;
}

/** What is on the editors now, for tests: how many tokens have each step, in the visible part. */
export interface PaintedState {
  readonly uri: string;
  readonly positive: readonly number[];
  readonly negative: readonly number[];
}

/** Lines painted beyond what is visible, so that slow scrolling shows no unpainted text. */
const marginLines = 30;
const signs: readonly ColourSign[] = ["positive", "negative"];

/** Paints at most one neuron at a time. The types are made once, with the first painting. */
export class NeuronColours implements vscode.Disposable {
  private types: Record<ColourSign, vscode.TextEditorDecorationType[]> | undefined;
  private painting: Painting | undefined;
  private painted: PaintedState | undefined;
  private readonly subscriptions: vscode.Disposable[];
  private readonly cleared = new vscode.EventEmitter<void>();
  /** Fires when colours were taken off, by whomever. */
  readonly onDidClear = this.cleared.event;

  constructor() {
    this.subscriptions = [
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.paintEditor(textEditor)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.paintAll()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document.uri.toString() === this.painting?.uri) this.clear();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document.uri.toString() === this.painting?.uri) this.clear();
      }),
    ];
  }

  /** What is painted, or undefined. */
  get state(): PaintedState | undefined {
    return this.painted;
  }

  /** Paints a neuron in place of the one before. Does nothing where the document has another version by now. */
  show(painting: Painting): void {
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === painting.uri);
    if (!document || document.version !== painting.version) return this.clear();
    this.painting = painting;
    this.setContext(true);
    this.paintAll();
  }

  /** Takes all colours off. */
  clear(): void {
    if (!this.painting) return;
    const { uri } = this.painting;
    this.painting = undefined;
    this.painted = undefined;
    this.setContext(false);
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.toString() === uri) this.apply(editor, undefined);
    }
    this.cleared.fire();
  }

  dispose(): void {
    this.painting = undefined;
    this.cleared.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const sign of signs) for (const type of this.types?.[sign] ?? []) type.dispose();
  }

  private setContext(shown: boolean): void {
    setColoursShown(this, shown);
  }

  private paintAll(): void {
    for (const editor of vscode.window.visibleTextEditors) this.paintEditor(editor);
  }

  private paintEditor(editor: vscode.TextEditor): void {
    const painting = this.painting;
    const { document } = editor;
    if (!painting || document.uri.toString() !== painting.uri) return;
    if (document.version !== painting.version) return this.clear();
    const ranges = editor.visibleRanges.map(({ start, end }) => ({
      from: document.offsetAt(new vscode.Position(Math.max(0, start.line - marginLines), 0)),
      to: document.offsetAt(new vscode.Position(end.line + marginLines + 1, 0)),
    }));
    const buckets = bucketTokens(painting.tokens, painting.activations, ranges);
    this.apply(editor, buckets);
    const count = (sign: ColourSign): number[] => buckets[sign].map((tokens) => tokens.length);
    this.painted = { uri: painting.uri, positive: count("positive"), negative: count("negative") };
  }

  private apply(editor: vscode.TextEditor, buckets: Buckets | undefined): void {
    this.types ??= { positive: makeTypes("positive"), negative: makeTypes("negative") };
    const scale = this.painting ? scaleOf(this.painting.tokens, this.painting.activations) : 0;
    for (const sign of signs) {
      this.types[sign].forEach((type, level) => {
        const tokens = buckets?.[sign][level] ?? [];
        editor.setDecorations(
          type,
          tokens.map((token) => this.decoration(editor.document, token, scale)),
        );
      });
    }
  }

  private decoration(
    document: vscode.TextDocument,
    token: ColouredToken,
    scale: number,
  ): vscode.DecorationOptions {
    const range = new vscode.Range(document.positionAt(token.start), document.positionAt(token.end));
    const { layer, neuron } = this.painting ?? { layer: 0, neuron: 0 };
    const share = `${Math.round((100 * token.activation) / scale)}%`;
    // appendText: whatever stands in the token is text, never markup.
    const hoverMessage = new vscode.MarkdownString()
      .appendText(colourTexts.hover(layer, neuron, token.activation.toPrecision(3), share))
      .appendText(`  ${JSON.stringify(token.text ?? document.getText(range))}`);
    return { range, hoverMessage };
  }
}

/** Fills carry the step in light and dark themes; in high contrast the border does, by its width and its dashes. */
function makeTypes(sign: ColourSign): vscode.TextEditorDecorationType[] {
  return Array.from({ length: colourLevels }, (_, index) => {
    const level = index + 1;
    return vscode.window.createTextEditorDecorationType({
      backgroundColor: new vscode.ThemeColor(colourId("fill", sign, level)),
      borderColor: new vscode.ThemeColor(colourId("border", sign, level)),
      borderStyle: sign === "positive" ? "solid" : "dashed",
      borderWidth: `${Math.min(2, Math.ceil(level / 3))}px`,
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
  });
}
