/** What every part of the extension is given. */
import type * as vscode from "vscode";
import type { DirectionFiles } from "./directions/directionFiles";
import type { EngineSupervisor } from "./engine/engineSupervisor";
import type { Focus } from "./focus/focus";
import type { Models } from "./model/models";

/** The few long-lived things; made in `activate.ts`, handed down, never global. */
export interface Services {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly engine: EngineSupervisor;
  readonly models: Models;
  readonly focus: Focus;
  readonly directions: DirectionFiles;
}
