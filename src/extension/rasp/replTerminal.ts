/** The REPL of original RASP in a terminal. */
import path from "node:path";
import * as vscode from "vscode";
import { toErrorData } from "../../base/errors";
import { says, sentence, titles } from "../messages";
import { LineEditor } from "./lineEditor";
import type { RaspThread } from "./raspThread";

const PROMPT = ">> ";
const CONTINUED = ".. ";

/** Opens a terminal with a session of its own; `load` looks beside the active file, else in the workspace. */
export function openRepl(thread: RaspThread): void {
  const terminal = vscode.window.createTerminal({
    name: titles.raspRepl(),
    pty: new ReplTerminal(thread, folder()),
  });
  terminal.show();
}

function folder(): string | null {
  const uri = vscode.window.activeTextEditor?.document.uri;
  if (uri?.scheme === "file") return path.dirname(uri.fsPath);
  return vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? null;
}

class ReplTerminal implements vscode.Pseudoterminal {
  private readonly written = new vscode.EventEmitter<string>();
  private readonly closed = new vscode.EventEmitter<void>();
  readonly onDidWrite = this.written.event;
  readonly onDidClose = this.closed.event;
  private readonly editor = new LineEditor(PROMPT);
  private session: number | undefined;
  /** Lines are answered one after the other, however fast they come. */
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly thread: RaspThread,
    private readonly loadsFrom: string | null,
  ) {}

  open(): void {
    this.written.fire(`${says.raspReplHello()}\r\n`);
    this.next(async () => {
      await this.begin();
      this.written.fire(this.editor.begin(PROMPT));
    });
  }

  close(): void {
    // Behind what is under way, so that a session which is being opened is closed too.
    this.next(async () => {
      if (this.session !== undefined) await this.thread.call("rasp/replClose", { session: this.session });
    });
  }

  handleInput(data: string): void {
    const { echo, lines, signal } = this.editor.type(data);
    this.written.fire(echo);
    for (const line of lines) this.next(() => this.answer(line));
    if (signal === "end") this.closed.fire();
    if (signal === "interrupt") {
      // What was begun is forgotten, the session's names are kept.
      this.next(async () => {
        await this.thread.call("rasp/replAbandon", { session: await this.begin() });
        this.written.fire(`^C\r\n${this.editor.begin(PROMPT)}`);
      });
    }
  }

  private next(work: () => Promise<void>): void {
    this.work = this.work.then(work).catch((error: unknown) => {
      this.session = undefined;
      this.written.fire(`${sentence(toErrorData(error))}\r\n${this.editor.begin(PROMPT)}`);
    });
  }

  private async begin(): Promise<number> {
    this.session ??= (await this.thread.call("rasp/replOpen", { folder: this.loadsFrom })).session;
    return this.session;
  }

  private async answer(line: string): Promise<void> {
    const session = await this.begin();
    const { output, complete, ended } = await this.thread.call("rasp/replLine", { session, line });
    this.written.fire(output.replaceAll("\n", "\r\n"));
    if (ended) this.closed.fire();
    else this.written.fire(this.editor.begin(complete ? PROMPT : CONTINUED));
  }
}
