/**
 * Where notes about neurons are kept: `.introspect/notes.json` of a trusted workspace, else VS Code's own storage of
 * this extension. Read when asked for, written only when a person wrote something, and read again right before.
 */
import { Buffer } from "node:buffer";
import * as vscode from "vscode";
import { CodedError, toErrorData } from "../../base/errors";
import { noteTexts, sentence } from "../messages";
import { inTurn } from "./fileTurn";
import { noNotes, notesText, parseNotes, withNote, type NoteChange, type NotesContent } from "./notesFile";

const folderName = ".introspect";
const fileName = "notes.json";
/** Larger files are no notes. */
const largestFile = 32_000_000;

/** The notes of this window. */
export class NotesStore implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<void>();
  private readonly subscriptions: vscode.Disposable[];
  private writing: Promise<unknown> = Promise.resolve();
  /** Fires when the file may say something else by now. */
  readonly onDidChange = this.changed.event;

  constructor(private readonly storage: vscode.Uri) {
    const watcher = vscode.workspace.createFileSystemWatcher(`**/${folderName}/${fileName}`);
    const fire = (): void => this.changed.fire();
    this.subscriptions = [
      watcher,
      watcher.onDidChange(fire),
      watcher.onDidCreate(fire),
      watcher.onDidDelete(fire),
      vscode.workspace.onDidGrantWorkspaceTrust(fire),
      vscode.workspace.onDidChangeWorkspaceFolders(fire),
    ];
  }

  /** The file as a person would name it; null where VS Code keeps it. */
  get file(): string | null {
    return this.inWorkspace ? `${folderName}/${fileName}` : null;
  }

  /** Where the notes are. */
  get uri(): vscode.Uri {
    const folder = this.inWorkspace;
    return folder
      ? vscode.Uri.joinPath(folder, folderName, fileName)
      : vscode.Uri.joinPath(this.storage, fileName);
  }

  /**
   * What the file says now; nothing where there is none.
   * @throws {CodedError} "notes-unreadable"
   */
  async read(): Promise<NotesContent> {
    return (await this.load()).content;
  }

  /**
   * Puts a note into the file. One change after the other; what stands in the file by then is kept.
   * @throws {CodedError} "notes-unreadable", "notes-unsaved", "notes-unwritable"
   */
  async write(change: NoteChange): Promise<void> {
    const next = this.writing.then(
      () => this.put(change),
      () => this.put(change),
    );
    this.writing = next;
    await next;
    this.changed.fire();
  }

  dispose(): void {
    this.changed.dispose();
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private get inWorkspace(): vscode.Uri | undefined {
    return vscode.workspace.isTrusted ? vscode.workspace.workspaceFolders?.[0]?.uri : undefined;
  }

  private async put(change: NoteChange): Promise<void> {
    const { uri } = this;
    const open = vscode.workspace.textDocuments.find(
      (document) => document.uri.toString() === uri.toString(),
    );
    if (open?.isDirty)
      throw new CodedError("notes-unsaved", noteTexts.unsaved(fileName), { next: noteTexts.unsavedNext() });
    // Read and written in one turn: another window may have the same file.
    await inTurn(uri.toString(), () => this.putNow(uri, change));
  }

  private async putNow(uri: vscode.Uri, change: NoteChange): Promise<void> {
    const { content, text } = await this.load();
    const after = notesText(withNote(content, change));
    // Nothing is written for a note that says nothing new.
    if (after === text || (text === null && after === notesText(noNotes))) return;
    try {
      await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(uri, ".."));
      const whole = uri.with({ path: `${uri.path}.${process.pid}.new` });
      await vscode.workspace.fs.writeFile(whole, Buffer.from(after));
      await vscode.workspace.fs.rename(whole, uri, { overwrite: true });
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new CodedError("notes-unwritable", noteTexts.unwritable(uri.path, why), {
        cause,
        next: noteTexts.keptNext(),
      });
    }
  }

  private async load(): Promise<{ content: NotesContent; text: string | null }> {
    const { uri } = this;
    const size = await vscode.workspace.fs.stat(uri).then(
      (stat) => stat.size,
      () => null,
    );
    if (size === null) return { content: noNotes, text: null };
    try {
      if (size > largestFile) throw new Error(noteTexts.tooLarge());
      const text = Buffer.from(await vscode.workspace.fs.readFile(uri)).toString("utf8");
      return { content: parseNotes(text), text };
    } catch (cause) {
      const said = noteTexts.unreadable(uri.path, sentence({ ...toErrorData(cause), next: "" }));
      throw new CodedError("notes-unreadable", said, { cause, next: noteTexts.unreadableNext() });
    }
  }
}
