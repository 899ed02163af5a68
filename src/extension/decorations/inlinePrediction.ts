/** The Lens's prediction as faint words at the end of the cursor's line; never that of another text or place. */
import * as vscode from "vscode";
import type { ScoredToken } from "../../protocol/model";
import { lensColours, Setting } from "../contributions";
import { textEditor } from "../documents/documentTarget";
import { readSetting, writeSetting } from "../settings";
import { inlineText } from "./inlineText";

/** The place that a prediction is about: what was asked for, as it was then. */
export interface PredictedAt {
  readonly document: vscode.TextDocument;
  readonly version: number;
  /** Offset behind which the predicted token would stand. */
  readonly end: number;
}

/** Paints one prediction at most, and takes it off as soon as text or cursor are others. */
export class InlinePrediction implements vscode.Disposable {
  private readonly type = vscode.window.createTextEditorDecorationType({
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
    after: { color: new vscode.ThemeColor(lensColours.inline), margin: "0 0 0 2ch", fontStyle: "normal" },
  });
  private on: vscode.TextEditor | undefined;
  private words: string | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor() {
    this.subscriptions = [
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length > 0 && document === this.on?.document) this.clear();
      }),
      vscode.window.onDidChangeTextEditorSelection(({ textEditor: changed }) => {
        if (changed === this.on) this.clear();
      }),
      vscode.window.onDidChangeActiveTextEditor(() => this.clear()),
    ];
  }

  /** Whether it is switched on. */
  get enabled(): boolean {
    return readSetting(Setting.LensInline);
  }

  /** The words that are shown, for tests. */
  get shown(): string | undefined {
    return this.words;
  }

  /** Switches it, for this and later windows. */
  async enable(on: boolean): Promise<void> {
    if (!on) this.clear();
    await writeSetting(Setting.LensInline, on);
  }

  /** Shows a prediction, unless text or cursor have moved on since it was asked for. */
  show({ document, version, end }: PredictedAt, best: ScoredToken | undefined): void {
    const editor = textEditor();
    if (!this.enabled || !best || editor?.document !== document || document.version !== version) return;
    const { active } = editor.selection;
    if (document.offsetAt(active) !== end) return;
    if (this.on && this.on !== editor) this.clear();
    const at = document.lineAt(active.line).range.end;
    const contentText = inlineText(best);
    const renderOptions = { after: { contentText } };
    editor.setDecorations(this.type, [{ range: new vscode.Range(at, at), renderOptions }]);
    this.on = editor;
    this.words = contentText;
  }

  /** Takes the words off. */
  clear(): void {
    this.on?.setDecorations(this.type, []);
    this.on = undefined;
    this.words = undefined;
  }

  dispose(): void {
    this.type.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }
}
