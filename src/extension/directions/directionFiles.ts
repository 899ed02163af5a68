/** The direction files of the workspace: found by the vectors beside them, read once, and heard of when they change. */
import * as vscode from "vscode";
import { toErrorData } from "../../base/errors";
import { asObject, parseJson } from "../../protocol/decode";
import { decodeDirectionHeader } from "../../protocol/decodeDirectionHeader";
import type { DirectionHeader } from "../../protocol/direction";
import { documentName } from "../documents/documentTarget";

/** A direction of the workspace. */
export interface DirectionFile {
  readonly uri: vscode.Uri;
  readonly header: DirectionHeader;
}

/** Most files that are listed. */
const most = 300;
/** A header with many layers and draws is well below; what is larger is none. */
const largest = 16_000_000;
/** Milliseconds after the last change before the list is read anew: header and vectors are written one after the other. */
const quietMs = 150;

interface Kept {
  readonly mtime: number;
  readonly size: number;
  readonly header: DirectionHeader | null;
}

/** The header that stands beside a file of vectors, and the other way round. */
const beside = (uri: vscode.Uri, ending: "json" | "npz"): vscode.Uri =>
  uri.with({ path: uri.path.replace(/\.(npz|json)$/, `.${ending}`) });

/** Lists directions; nothing is looked for before someone asks. */
export class DirectionFiles implements vscode.Disposable {
  private readonly kept = new Map<string, Kept>();
  private readonly changed = new vscode.EventEmitter<void>();
  /** Fires when a direction was written, changed or taken away. */
  readonly onDidChange = this.changed.event;
  private watcher: vscode.FileSystemWatcher | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly log: vscode.LogOutputChannel) {}

  /** All directions of the workspace by name. */
  async list(): Promise<readonly DirectionFile[]> {
    this.watch();
    const vectors = await vscode.workspace.findFiles("**/*.npz", "**/node_modules/**", most);
    const files = vectors.filter(({ scheme }) => scheme === "file").map((uri) => beside(uri, "json"));
    const read = await Promise.all(files.map(async (uri) => ({ uri, header: await this.header(uri) })));
    const there = read.flatMap(({ uri, header }) => (header ? [{ uri, header }] : []));
    return there.sort(
      (a, b) => a.header.name.localeCompare(b.header.name) || (a.uri.path < b.uri.path ? -1 : 1),
    );
  }

  /** A direction by its file, wherever that is; undefined where there is none. */
  async find(uri: vscode.Uri): Promise<DirectionFile | undefined> {
    const header = await this.header(uri);
    return header ? { uri, header } : undefined;
  }

  /** Something was written that the file system may tell of late. */
  refresh(): void {
    this.changed.fire();
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.watcher?.dispose();
    this.changed.dispose();
  }

  private async header(uri: vscode.Uri): Promise<DirectionHeader | null> {
    const key = uri.toString();
    try {
      const { mtime, size } = await vscode.workspace.fs.stat(uri);
      const kept = this.kept.get(key);
      if (kept?.mtime === mtime && kept.size === size) return kept.header;
      const header = size > largest ? null : this.decoded(uri, await vscode.workspace.fs.readFile(uri));
      this.kept.set(key, { mtime, size, header });
      return header;
    } catch {
      this.kept.delete(key); // Arrays without a header beside them are no direction.
      return null;
    }
  }

  private decoded(uri: vscode.Uri, bytes: Uint8Array): DirectionHeader | null {
    const name = documentName(uri);
    try {
      const value = asObject(parseJson(new TextDecoder().decode(bytes), name), name);
      return value["kind"] === "direction" ? decodeDirectionHeader(value) : null;
    } catch (error) {
      this.log.warn(`${name} is not listed as a direction: ${toErrorData(error).message}`);
      return null;
    }
  }

  private watch(): void {
    if (this.watcher) return;
    this.watcher = vscode.workspace.createFileSystemWatcher("**/*.{json,npz}");
    const told = (uri: vscode.Uri): void => void this.heard(uri);
    this.watcher.onDidCreate(told);
    this.watcher.onDidChange(told);
    this.watcher.onDidDelete(told);
  }

  /** Most JSON of a workspace is of no direction, and says nothing here. */
  private async heard(uri: vscode.Uri): Promise<void> {
    const isOurs =
      uri.path.endsWith(".npz") || this.kept.has(uri.toString()) || (await isThere(beside(uri, "npz")));
    if (!isOurs) return;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.changed.fire(), quietMs);
  }
}

const isThere = (uri: vscode.Uri): Promise<boolean> =>
  Promise.resolve(vscode.workspace.fs.stat(uri)).then(
    () => true,
    () => false,
  );
