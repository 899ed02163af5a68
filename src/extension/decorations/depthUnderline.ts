/** Prediction depth as a line under each token of the visible text: four kinds of line, from dotted to double. */
import { basename } from "node:path";
import * as vscode from "vscode";
import { toErrorData } from "../../base/errors";
import type { LensDepths } from "../../protocol/lens";
import type { OffsetRange } from "../../protocol/engineApi";
import { lensColours, Setting } from "../contributions";
import { readTail, textEditor } from "../documents/documentTarget";
import { cutTail } from "../documents/textTail";
import { says } from "../messages";
import type { KeptLens } from "../panels/keptLens";
import { NewestWins } from "../requests/newestWins";
import type { Services } from "../services";
import { bosPolicy, readSetting } from "../settings";
import { depthSteps, keptFrom, type DepthToken } from "./depthLevels";
import { setColoursShown } from "./shownColours";

/** Under which the workspace keeps whether it is on. */
const keptKey = "lens.depthMark";
/** Milliseconds of quiet before the visible text is read. */
const quietMs = 200;
/** Windows read for one screen; what is above them stays without lines. */
const mostWindows = 4;
const styles = ["0 0 1px 0|dotted", "0 0 1px 0|dashed", "0 0 1px 0|solid", "0 0 3px 0|double"] as const;

/** What is painted, for tests: tokens with each kind of line. */
export interface UnderlinedState {
  readonly uri: string;
  readonly counts: readonly number[];
  readonly tokens: readonly DepthToken[];
  /** What a token's hover says of the lens. */
  readonly lens: string;
}

/** Follows the active editor while it is on. */
export class DepthUnderline implements vscode.Disposable {
  private types: readonly vscode.TextEditorDecorationType[] | undefined;
  private readonly newest = new NewestWins();
  private isOn = false;
  private on: vscode.TextEditor | undefined;
  private painted: UnderlinedState | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly switched = new vscode.EventEmitter<void>();
  /** Fires when it was switched, by whomever. */
  readonly onDidSwitch = this.switched.event;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly services: Services,
    private readonly lens: KeptLens,
  ) {
    const wake = (): void => this.wake();
    this.subscriptions = [
      { dispose: lens.onDidChange(() => this.wake(0)) },
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (event.affectsConfiguration(Setting.LensFile)) this.wake(0);
      }),
      vscode.window.onDidChangeTextEditorVisibleRanges(({ textEditor: changed }) => {
        if (changed === textEditor()) wake();
      }),
      vscode.window.onDidChangeActiveTextEditor(wake),
      vscode.workspace.onDidChangeTextDocument(({ document, contentChanges }) => {
        if (contentChanges.length === 0 || document !== this.on?.document) return;
        // What is decoded behind a change is another by now.
        this.wipe();
        wake();
      }),
      services.models.onDidChange(wake),
    ];
    // What was underlined before a reload is so again.
    if (services.context.workspaceState.get(keptKey) === true) this.enable(true);
  }

  get enabled(): boolean {
    return this.isOn;
  }

  /** What is painted, or undefined. */
  get state(): UnderlinedState | undefined {
    return this.painted;
  }

  /** Switches it on or off. */
  enable(on: boolean): void {
    if (on === this.isOn) return;
    this.isOn = on;
    setColoursShown(this, on);
    void this.services.context.workspaceState.update(keptKey, on || undefined);
    if (on) this.wake(0);
    else this.rest();
    this.switched.fire();
  }

  dispose(): void {
    this.rest();
    this.switched.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
    for (const type of this.types ?? []) type.dispose();
  }

  private rest(): void {
    clearTimeout(this.timer);
    this.newest.cancel();
    this.wipe();
  }

  private wipe(): void {
    for (const type of this.types ?? []) this.on?.setDecorations(type, []);
    this.on = undefined;
    this.painted = undefined;
  }

  private wake(ms = quietMs): void {
    if (!this.isOn) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.read(), ms);
  }

  private async read(): Promise<void> {
    const editor = textEditor();
    if (!editor || !this.isOn) return;
    try {
      await this.newest.run(async (signal, isReplaced) => {
        const { document } = editor;
        const { version } = document;
        const work = { signal, endIfStuck: () => !isReplaced(), meta: { view: "depth" } };
        const answers = await this.answers(document, visibleRange(editor), work);
        if (signal.aborted || document.version !== version || !this.isOn) return;
        this.paint(editor, answers);
      });
    } catch (error) {
      const { code, message } = toErrorData(error);
      if (code !== "cancelled") this.services.log.warn(`Prediction depth: ${message}`);
    }
  }

  /** Windows from the end of the visible text upwards. */
  private async answers(
    document: vscode.TextDocument,
    { start, end }: OffsetRange,
    work: Parameters<Services["models"]["open"]>[0] & object,
  ): Promise<LensDepths[]> {
    const info = await this.services.models.open(work);
    const answers: LensDepths[] = [];
    let until = end;
    while (until > start && answers.length < mostWindows) {
      const seen = cutTail(readTail(document, { start: 0, end: until }, info.nCtx), 0, info.nCtx);
      const input = { kind: "text", ...seen, bos: bosPolicy() } as const;
      const range = { start, end: until };
      const lens = this.lens.requested(info.path, readSetting(Setting.LensFile));
      const depths = await this.services.engine.call(
        "lens/depths",
        { model: info.path, input, range, lens },
        work,
      );
      const from = keptFrom(depths, { from: start, end: until });
      answers.push(from === undefined ? depths : without(depths, from));
      until = from ?? start;
    }
    return answers;
  }

  private paint(editor: vscode.TextEditor, answers: readonly LensDepths[]): void {
    if (this.on && this.on !== editor) this.wipe();
    const { document } = editor;
    this.types ??= styles.map(underline);
    const steps = answers.map(depthSteps);
    const tokens = this.types.map((_, level) => steps.flatMap((some) => some[level] ?? []));
    const top = Math.max(1, (answers[0]?.rows ?? 2) - 1);
    const lens = lensWords(answers[0]?.lens);
    this.types.forEach((type, level) => {
      editor.setDecorations(
        type,
        (tokens[level] ?? []).map(({ start, end, depth }) => ({
          range: new vscode.Range(document.positionAt(start), document.positionAt(end)),
          hoverMessage: new vscode.MarkdownString().appendText(says.depthHover(depth, top, lens)),
        })),
      );
    });
    this.on = editor;
    this.painted = {
      uri: document.uri.toString(),
      counts: tokens.map(({ length }) => length),
      tokens: tokens.flat(),
      lens,
    };
  }
}

/** Which lens the depths are of. */
function lensWords(choice: LensDepths["lens"]): string {
  const file = choice?.used === "trained" ? choice.trained?.file : undefined;
  return file === undefined ? says.logitLens() : says.trainedLens(basename(file));
}

function without(depths: LensDepths, from: number): LensDepths {
  const kept = depths.tokens.flatMap(({ start }, i) => (start >= from ? [i] : []));
  return {
    ...depths,
    tokens: kept.flatMap((i) => depths.tokens[i] ?? []),
    depth: kept.map((i) => depths.depth[i] ?? null),
  };
}

function visibleRange({ document, visibleRanges }: vscode.TextEditor): OffsetRange {
  const first = visibleRanges[0]?.start.line ?? 0;
  const last = visibleRanges.at(-1)?.end.line ?? document.lineCount - 1;
  const end = document.lineAt(Math.min(last, document.lineCount - 1)).range.end;
  return { start: document.offsetAt(new vscode.Position(first, 0)), end: document.offsetAt(end) };
}

function underline(style: (typeof styles)[number]): vscode.TextEditorDecorationType {
  const [borderWidth, borderStyle] = style.split("|");
  return vscode.window.createTextEditorDecorationType({
    borderWidth: borderWidth ?? "0",
    borderStyle: borderStyle ?? "solid",
    borderColor: new vscode.ThemeColor(lensColours.depth),
    rangeBehavior: vscode.DecorationRangeBehavior.ClosedClosed,
  });
}
