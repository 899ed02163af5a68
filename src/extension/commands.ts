/** The commands, wired to what they do. A command that is forgotten here does not compile. */
import * as vscode from "vscode";
import { viewTypes, Command, type CommandArguments } from "./contributions";
import type { TokenColours } from "./decorations/tokenColours";
import { noEditorWords } from "./documents/noEditor";
import { colourOwnFile } from "./documents/ownFile";
import { selectedTarget, textEditor, type DocumentTarget } from "./documents/documentTarget";
import {
  colourByDirection,
  combineDirections,
  compareDirections,
  exportDirection,
  importDirection,
  openDirection,
  revealDirection,
  type DirectionTargets,
} from "./directions/directionCommands";
import type { Heatmap } from "./heatmap/heatmap";
import { says } from "./messages";
import { chooseModel } from "./model/chooseModel";
import type { AttentionPanel } from "./panels/attentionPanel";
import type { LensMarks } from "./panels/lensExtras";
import { report } from "./panels/hostHandlers";
import type { NeuronsPanel } from "./panels/neuronsPanel";
import type { PatchPanel } from "./panels/patchPanel";
import type { Rasp } from "./rasp/register";
import type { Services } from "./services";
import { runExperimentFile, steeringExperiment } from "./steering/steeringCommands";
import type { SteeringPanel } from "./steering/steeringPanel";

/** What the commands act on. */
export interface CommandTargets {
  readonly services: Services;
  readonly neurons: NeuronsPanel;
  readonly attention: AttentionPanel;
  readonly steering: SteeringPanel;
  readonly patch: PatchPanel;
  readonly colours: TokenColours;
  readonly heatmap: Heatmap;
  readonly marks: LensMarks;
  readonly rasp: Rasp;
  readonly directions: DirectionTargets;
  /** Starts the engine anew and repeats what its end cut off. */
  restart(): void;
}

type Run<C extends Command> = (...args: CommandArguments[C]) => PromiseLike<unknown> | void;

type CommandTable = { readonly [C in Command]: Run<C> };

function table({
  services,
  neurons,
  attention,
  steering,
  patch,
  colours,
  heatmap,
  marks,
  rasp,
  directions,
  restart,
}: CommandTargets): CommandTable {
  const onSelection = async (look: (target: DocumentTarget) => Promise<unknown>): Promise<void> => {
    const target = askedSelection();
    if (target) await look(target);
  };
  return {
    [Command.Explain]: () => onSelection((target) => neurons.look(target)),
    [Command.ShowAttention]: () => onSelection((target) => attention.look(target)),
    [Command.Patch]: () => onSelection((target) => patch.take(target)),
    [Command.Steer]: () => steeringExperiment(services, steering),
    [Command.RunExperiment]: (file) => runExperimentFile(steering, file),
    [Command.ChooseModel]: () => chooseModel(services),
    [Command.ShowLens]: () => vscode.commands.executeCommand(`${viewTypes.lens}.focus`),
    [Command.ColourBy]: (choice) => heatmap.choose(choice),
    [Command.ColourFile]: () => colourOwnFile(neurons),
    [Command.ClearColours]: () => {
      colours.clear();
      marks.depth.enable(false);
    },
    [Command.GoBack]: () => services.focus.back(),
    [Command.GoForward]: () => services.focus.forward(),
    [Command.RaspDraw]: (uri, at) => rasp.panel.draw(uriOf(uri), offsetOf(at)),
    [Command.RaspRun]: (uri, at) => rasp.run(uriOf(uri), offsetOf(at)),
    [Command.RaspRepl]: () => rasp.repl(),
    ...directionTable(directions),
    [Command.ShowLog]: () => services.log.show(true),
    [Command.RestartEngine]: () => {
      restart();
      vscode.window.setStatusBarMessage(says.restarted(), 5000);
    },
  };
}

type DirectionCommand = Extract<keyof CommandArguments, `${string}Direction${string}`>;

function directionTable(targets: DirectionTargets): { readonly [C in DirectionCommand]: Run<C> } {
  return {
    [Command.MakeDirection]: () => targets.maker.make(),
    [Command.ImportDirection]: () => importDirection(targets),
    [Command.OpenDirection]: (one) => openDirection(targets, one),
    [Command.ColourByDirection]: (one) => colourByDirection(targets, one),
    [Command.CompareDirections]: (one, selected) => compareDirections(targets, one, selected),
    [Command.CombineDirections]: (one, selected) => combineDirections(targets, one, selected),
    [Command.ExportDirection]: (one) => exportDirection(targets, one),
    [Command.RevealDirection]: (one) => revealDirection(targets, one),
  };
}

function uriOf(value: unknown): vscode.Uri | undefined {
  return value instanceof vscode.Uri ? value : undefined;
}

function offsetOf(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}

/** The selection of the active editor; says what is missing where there is none. */
function askedSelection(): DocumentTarget | undefined {
  const editor = textEditor();
  const target = editor && selectedTarget(editor);
  if (!target) void vscode.window.showInformationMessage(editor ? says.noSelection() : noEditorWords());
  return target;
}

/** Registers every command; failures are told, cancelling is not. */
export function registerCommands(targets: CommandTargets): vscode.Disposable {
  const { log } = targets.services;
  const registered = Object.entries(table(targets)).map(([id, run]) =>
    vscode.commands.registerCommand(id, async (...args: CommandArguments[Command]) => {
      try {
        await (run as (...args: unknown[]) => PromiseLike<unknown> | void)(...args);
      } catch (error) {
        report(error, log);
      }
    }),
  );
  return vscode.Disposable.from(...registered);
}
