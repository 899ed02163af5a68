/** Run: a statement's value in full, in an output channel. */
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import { says, titles } from "../messages";
import type { Examples } from "./examples";
import { dialectOf, programOf } from "./languages";
import type { RaspThread } from "./raspThread";

/** Prints values; the channel is made with the first. */
export class RunOutput implements vscode.Disposable {
  private channel: vscode.OutputChannel | undefined;

  constructor(
    private readonly thread: RaspThread,
    private readonly examples: Examples,
  ) {}

  /**
   * Runs a document's program and prints the value of the statement at a place; of the last where null.
   * @throws {CodedError} "no-program" where no program is open, or the kind of the program's own error
   */
  async run(uri: vscode.Uri | undefined, at: number | null): Promise<void> {
    const document = uri
      ? await vscode.workspace.openTextDocument(uri)
      : vscode.window.activeTextEditor?.document;
    const dialect = document && dialectOf(document);
    if (!dialect) throw new CodedError("no-program", says.noProgram(), { next: says.noProgramNext() });
    const program = programOf(document, dialect, this.examples.of(document.uri));
    const text = await this.thread.call("rasp/run", { ...program, at });
    this.channel ??= vscode.window.createOutputChannel(titles.rasp());
    this.channel.appendLine(text);
    this.channel.show(true);
  }

  dispose(): void {
    this.channel?.dispose();
  }
}
