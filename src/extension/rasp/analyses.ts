/** The analysis of each open program, of its newest text; asked for once, whoever wants it. */
import * as vscode from "vscode";
import { CancelledError, toErrorData } from "../../base/errors";
import type { RaspAnalysis } from "../../protocol/raspApi";
import type { Examples } from "./examples";
import { dialectOf, programOf } from "./languages";
import type { RaspThread } from "./raspThread";

/** Keystrokes closer together than this are one change. */
const PAUSE_MS = 60;

interface Entry {
  version: number;
  example: string | null;
  answer: Promise<RaspAnalysis>;
}

/** A document with its newest analysis. */
export interface Analysed {
  readonly document: vscode.TextDocument;
  readonly analysis: RaspAnalysis;
}

/** Keeps analyses current while documents are open. */
export class Analyses implements vscode.Disposable {
  private readonly analysed = new vscode.EventEmitter<Analysed>();
  /** Tells of each new analysis. */
  readonly onDidAnalyse = this.analysed.event;
  private readonly entries = new Map<string, Entry>();
  private readonly waiting = new Map<string, NodeJS.Timeout>();
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly thread: RaspThread,
    private readonly examples: Examples,
    private readonly log: vscode.LogOutputChannel,
  ) {
    this.subscriptions = [
      vscode.workspace.onDidOpenTextDocument((document) => this.follow(document)),
      vscode.workspace.onDidChangeTextDocument(({ document }) => this.follow(document)),
      vscode.workspace.onDidCloseTextDocument((document) => this.forget(document)),
      examples.onDidChange((key) => {
        const document = vscode.workspace.textDocuments.find(({ uri }) => uri.toString() === key);
        if (document) this.follow(document);
      }),
    ];
    for (const document of vscode.workspace.textDocuments) this.follow(document);
  }

  /**
   * The analysis of the document as it stands; undefined where it is no program.
   * @throws {RpcError} "rasp-closed" where the program had to be ended
   */
  async of(document: vscode.TextDocument): Promise<RaspAnalysis | undefined> {
    const dialect = dialectOf(document);
    if (dialect === undefined) return undefined;
    const key = document.uri.toString();
    const example = this.examples.of(document.uri);
    const known = this.entries.get(key);
    if (known?.version === document.version && known.example === example) return known.answer;
    const answer = this.thread.call("rasp/analyse", programOf(document, dialect, example));
    const entry = { version: document.version, example, answer };
    this.entries.set(key, entry);
    answer.then(
      (analysis) => {
        if (this.entries.get(key) === entry) this.analysed.fire({ document, analysis });
      },
      (error: unknown) => {
        if (this.entries.get(key) === entry) this.entries.delete(key);
        if (!(error instanceof CancelledError)) this.log.warn(`rasp: ${toErrorData(error).message}`);
      },
    );
    return answer;
  }

  dispose(): void {
    for (const timer of this.waiting.values()) clearTimeout(timer);
    for (const subscription of this.subscriptions) subscription.dispose();
    this.analysed.dispose();
  }

  private follow(document: vscode.TextDocument): void {
    if (dialectOf(document) === undefined) return;
    const key = document.uri.toString();
    clearTimeout(this.waiting.get(key));
    const timer = setTimeout(() => {
      this.waiting.delete(key);
      if (!document.isClosed) this.of(document).catch(() => undefined);
    }, PAUSE_MS);
    this.waiting.set(key, timer);
  }

  private forget(document: vscode.TextDocument): void {
    const key = document.uri.toString();
    clearTimeout(this.waiting.get(key));
    this.waiting.delete(key);
    this.entries.delete(key);
  }
}
