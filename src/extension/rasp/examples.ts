/** The running example of each document that sets none itself, as it was chosen in the panel; kept with the workspace. */
import * as vscode from "vscode";

const MEMORY_KEY = "rasp.examples";
/** So many documents are remembered, the last ones. */
const MOST = 50;

/** Examples by document. */
export class Examples implements vscode.Disposable {
  private readonly changed = new vscode.EventEmitter<string>();
  /** Tells the address of a document whose example is another now. */
  readonly onDidChange = this.changed.event;
  private readonly chosen: Map<string, string>;

  constructor(private readonly memory: vscode.Memento) {
    const stored: unknown = memory.get(MEMORY_KEY);
    const pairs = Array.isArray(stored) ? stored.filter(isPair) : [];
    this.chosen = new Map(pairs);
  }

  /** The example of a document; null for the language's own. */
  of(uri: vscode.Uri): string | null {
    return this.chosen.get(uri.toString()) ?? null;
  }

  /** Sets it; an empty text goes back to the language's own. */
  set(uri: vscode.Uri, text: string): void {
    const key = uri.toString();
    this.chosen.delete(key);
    if (text.trim() !== "") this.chosen.set(key, text);
    void this.memory.update(MEMORY_KEY, [...this.chosen].slice(-MOST));
    this.changed.fire(key);
  }

  dispose(): void {
    this.changed.dispose();
  }
}

function isPair(value: unknown): value is [string, string] {
  return Array.isArray(value) && value.length === 2 && value.every((item) => typeof item === "string");
}
