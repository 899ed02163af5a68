/** Colours on the tokens of an editor: a few fixed decoration types, only where one can see them, one painting at a time. */
import * as vscode from "vscode";
import { colourId, colourLevels, colourSides, type ColourSide } from "../contributions";
import type { Buckets, TextRange } from "./buckets";
import { setColoursShown } from "./shownColours";

/** What is known of a token that someone points at: lines of plain text. */
export interface PaintedHover {
  readonly start: number;
  readonly end: number;
  readonly lines: readonly string[];
}

/** A scalar on the tokens of one document. Offsets are those of the document as it is now. */
export interface Painting {
  /** Who paints: each takes off its own colours alone. */
  readonly kind: "neuron" | "heat";
  readonly uri: string;
  /** True where the painter itself follows what is typed; else typing takes the colours off. */
  readonly followsTyping: boolean;
  /** Version of the document that is painted, where it does not follow typing. */
  readonly version?: number;
  /** The tokens in some ranges, by side and step. */
  bucketsIn(ranges: readonly TextRange[]): Buckets;
  hoverAt(offset: number): PaintedHover | undefined;
}

/** A token that is coloured: step 1 … `colourLevels` on its side. */
export interface PaintedToken extends TextRange {
  readonly side: ColourSide;
  readonly step: number;
}

/** What is on the editors now, for tests: how many tokens have each step, in the visible part, and which. */
export interface PaintedState {
  readonly uri: string;
  readonly positive: readonly number[];
  readonly negative: readonly number[];
  readonly heat: readonly number[];
  readonly tokens: readonly PaintedToken[];
}

/** Lines painted beyond what is visible, so that slow scrolling shows no unpainted text. */
const marginLines = 30;
/** Most units painted of a visible range: a line of a megabyte is visible as a whole. */
const mostUnits = 60_000;

/** Paints one thing at a time. The types are made once, with the first painting. */
export class TokenColours implements vscode.Disposable {
  private types: Record<ColourSide, vscode.TextEditorDecorationType[]> | undefined;
  private painting: Painting | undefined;
  private painted: { readonly uri: string; readonly buckets: Buckets } | undefined;
  /** What each type has on an editor, so that what stays as it is is not set again. */
  private set = new WeakMap<vscode.TextEditor, Map<vscode.TextEditorDecorationType, string>>();
  private hovers: vscode.Disposable | undefined;
  private readonly subscriptions: vscode.Disposable[];
  private readonly cleared = new vscode.EventEmitter<void>();
  /** Fires when colours were taken off, by whomever, or replaced by another painter's. */
  readonly onDidClear = this.cleared.event;

  constructor() {
    this.subscriptions = [
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor }) => this.paintEditor(textEditor)),
      vscode.window.onDidChangeVisibleTextEditors(() => this.refresh()),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || document.uri.toString() !== this.painting?.uri) return;
        this.set = new WeakMap();
        if (!this.painting.followsTyping) this.clear();
      }),
      vscode.workspace.onDidCloseTextDocument((document) => {
        if (document.uri.toString() === this.painting?.uri) this.clear();
      }),
    ];
  }

  /** Who paints now, or undefined. */
  get kind(): Painting["kind"] | undefined {
    return this.painting?.kind;
  }

  /** What is painted, or undefined. */
  get state(): PaintedState | undefined {
    if (!this.painted) return undefined;
    const { uri, buckets } = this.painted;
    const count = (side: ColourSide): number[] =>
      Array.from({ length: colourLevels }, (_, i) => buckets[side]?.[i]?.length ?? 0);
    const tokens = colourSides.flatMap((side) =>
      (buckets[side] ?? []).flatMap((list, i) =>
        list.map(({ start, end }) => ({ start, end, side, step: i + 1 })),
      ),
    );
    return { uri, positive: count("positive"), negative: count("negative"), heat: count("heat"), tokens };
  }

  /** Paints in place of what was painted before. Does nothing where the document has another version by now. */
  show(painting: Painting): void {
    const document = vscode.workspace.textDocuments.find((open) => open.uri.toString() === painting.uri);
    if (!document || isPast(painting, document)) return this.clear();
    const before = this.painting;
    if (before && before.uri !== painting.uri) this.eraseAll(before.uri);
    this.painting = painting;
    this.hovers ??= vscode.languages.registerHoverProvider("*", {
      provideHover: (where, position) => this.hover(where, position),
    });
    this.setContext(true);
    this.refresh();
    if (before && before.kind !== painting.kind) this.cleared.fire();
  }

  /** Paints again: more is known of the tokens. */
  refresh(): void {
    for (const editor of vscode.window.visibleTextEditors) this.paintEditor(editor);
  }

  /** Takes all colours off, or those of one painter. */
  clear(kind?: Painting["kind"]): void {
    if (!this.painting || (kind !== undefined && kind !== this.painting.kind)) return;
    const { uri } = this.painting;
    this.painting = undefined;
    this.painted = undefined;
    this.hovers?.dispose();
    this.hovers = undefined;
    this.setContext(false);
    this.eraseAll(uri);
    this.cleared.fire();
  }

  dispose(): void {
    this.painting = undefined;
    this.hovers?.dispose();
    this.cleared.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const side of colourSides) for (const type of this.types?.[side] ?? []) type.dispose();
  }

  private setContext(shown: boolean): void {
    setColoursShown(this, shown);
  }

  private eraseAll(uri: string): void {
    for (const editor of vscode.window.visibleTextEditors) {
      if (editor.document.uri.toString() === uri) this.apply(editor, {});
    }
  }

  private paintEditor(editor: vscode.TextEditor): void {
    const { painting } = this;
    if (!painting || editor.document.uri.toString() !== painting.uri) return;
    if (isPast(painting, editor.document)) return this.clear();
    const buckets = painting.bucketsIn(visibleRanges(editor, marginLines));
    this.apply(editor, buckets);
    this.painted = { uri: painting.uri, buckets };
  }

  private apply(editor: vscode.TextEditor, buckets: Buckets): void {
    this.types ??= {
      positive: makeTypes("positive"),
      negative: makeTypes("negative"),
      heat: makeTypes("heat"),
    };
    const { document } = editor;
    const set = this.set.get(editor) ?? new Map<vscode.TextEditorDecorationType, string>();
    this.set.set(editor, set);
    for (const side of colourSides) {
      this.types[side].forEach((type, level) => {
        const tokens = buckets[side]?.[level] ?? [];
        const key = tokens.map(({ start, end }) => `${start} ${end}`).join();
        if (set.get(type) === key) return;
        set.set(type, key);
        const ranges = tokens.map(
          ({ start, end }) => new vscode.Range(document.positionAt(start), document.positionAt(end)),
        );
        editor.setDecorations(type, ranges);
      });
    }
  }

  private hover(document: vscode.TextDocument, position: vscode.Position): vscode.Hover | undefined {
    if (!this.painting || document.uri.toString() !== this.painting.uri) return undefined;
    const found = this.painting.hoverAt(document.offsetAt(position));
    if (!found) return undefined;
    const range = new vscode.Range(document.positionAt(found.start), document.positionAt(found.end));
    // appendText: whatever stands in the token is text, never markup.
    return new vscode.Hover(
      found.lines.map((line) => new vscode.MarkdownString().appendText(line)),
      range,
    );
  }
}

/** The visible parts of an editor as offsets, with some lines around them. */
export function visibleRanges(editor: vscode.TextEditor, margin: number): TextRange[] {
  const { document, visibleRanges: visible } = editor;
  return visible.map(({ start, end }) => {
    const from = document.offsetAt(new vscode.Position(Math.max(0, start.line - margin), 0));
    const to = document.offsetAt(new vscode.Position(end.line + margin + 1, 0));
    return { start: from, end: Math.min(to, from + mostUnits) };
  });
}

function isPast({ followsTyping, version }: Painting, document: vscode.TextDocument): boolean {
  return !followsTyping && document.version !== version;
}

/** Fills carry the step in light and dark themes; in high contrast the border does, by its width and its dashes. */
function makeTypes(side: ColourSide): vscode.TextEditorDecorationType[] {
  return Array.from({ length: colourLevels }, (_, index) => {
    const level = index + 1;
    return vscode.window.createTextEditorDecorationType({
      backgroundColor: new vscode.ThemeColor(colourId("fill", side, level)),
      borderColor: new vscode.ThemeColor(colourId("border", side, level)),
      borderStyle: side === "negative" ? "dashed" : "solid",
      borderWidth: `${Math.min(2, Math.ceil(level / 3))}px`,
      rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    });
  });
}
