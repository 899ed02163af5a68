/** All that the editor does with RASP programs, wired. The thread starts with the first program. */
import * as vscode from "vscode";
import type { Services } from "../services";
import { Analyses } from "./analyses";
import { registerWriting } from "./completion";
import { Examples } from "./examples";
import { registerHints } from "./hints";
import { LibraryNames } from "./libraryNames";
import { registerNavigation } from "./navigation";
import { RaspPanel } from "./raspPanel";
import { RaspThread } from "./raspThread";
import { showRemarks } from "./remarks";
import { openRepl } from "./replTerminal";
import { RunOutput } from "./runOutput";

/** What commands act on. */
export interface Rasp extends vscode.Disposable {
  readonly panel: RaspPanel;
  /** Prints the value of a statement in full. */
  run(uri: vscode.Uri | undefined, at: number | null): Promise<void>;
  repl(): void;
}

/** Registers the languages' features. */
export function registerRasp(services: Services): Rasp {
  const { context, log } = services;
  const script = vscode.Uri.joinPath(context.extensionUri, "dist", "rasp.js").fsPath;
  const thread = new RaspThread(script, log);
  const examples = new Examples(context.workspaceState);
  const analyses = new Analyses(thread, examples, log);
  const library = new LibraryNames(thread);
  const panel = new RaspPanel(services, { thread, analyses, examples });
  const output = new RunOutput(thread, examples);
  const all = vscode.Disposable.from(
    thread,
    examples,
    analyses,
    panel,
    output,
    showRemarks(analyses),
    registerNavigation(analyses),
    registerHints(analyses, library),
    registerWriting(thread, analyses, library, examples),
  );
  return {
    panel,
    run: (uri, at) => output.run(uri, at),
    repl: () => openRepl(thread),
    dispose: () => all.dispose(),
  };
}
