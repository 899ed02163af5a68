/** An experiment's new result beside the one saved last, in VS Code's own comparison of two texts. */
import path from "node:path";
import * as vscode from "vscode";
import type { SteerResult } from "../../protocol/edit";
import { report } from "../panels/hostHandlers";
import { savedSteering, savedSteeringText, steeringChanges } from "../../protocol/savedSteering";
import { resultTexts } from "../messages/experiments";
import { resultUri, writeResult, type SavedResult } from "./resultFile";

/** Scheme of results that are in no file. */
const scheme = "introspect-result";
/** Sentences of a notification. */
const mostSaid = 3;

/** Shows results of runs as texts; the newest of each experiment. */
export class ResultComparison implements vscode.Disposable {
  private readonly texts = new Map<string, string>();
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly registered: vscode.Disposable;

  constructor(private readonly log: vscode.LogOutputChannel) {
    this.registered = vscode.workspace.registerTextDocumentContentProvider(scheme, {
      onDidChange: this.changed.event,
      provideTextDocumentContent: (uri) => this.texts.get(uri.path) ?? "",
    });
  }

  /** Says what is other in a result than in the saved one; where something is, shows both texts side by side. */
  async compare(experiment: vscode.Uri, before: SavedResult | null, result: SteerResult): Promise<void> {
    const after = savedSteering(result);
    const file = resultUri(experiment);
    const name = path.posix.basename(file.path);
    if (before === null) {
      await writeResult(experiment, null, after);
      void vscode.window.showInformationMessage(resultTexts.noneYet(name));
      return;
    }
    const changes = steeringChanges(before.saved, after);
    if (changes.length === 0) {
      void vscode.window.showInformationMessage(resultTexts.unchanged(name));
      return;
    }
    const shown = vscode.Uri.from({ scheme, path: file.path });
    this.texts.set(shown.path, savedSteeringText(after));
    this.changed.fire(shown);
    await vscode.commands.executeCommand("vscode.diff", file, shown, resultTexts.title(name));
    const rest = changes.length - mostSaid;
    const said = [...changes.slice(0, mostSaid), ...(rest > 0 ? [resultTexts.more(rest)] : [])].join(" ");
    // Not waited for: the message stays until a person closes it.
    this.offer(said, () => writeResult(experiment, before, after));
  }

  private offer(said: string, save: () => Promise<unknown>): void {
    const asked = vscode.window.showInformationMessage(said, resultTexts.saveNew());
    asked
      .then((chosen) => (chosen === undefined ? undefined : save()))
      .then(undefined, (error: unknown) => report(error, this.log));
  }

  dispose(): void {
    this.registered.dispose();
    this.changed.dispose();
  }
}
