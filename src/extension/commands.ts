/** The commands, wired to what they do. A command that is forgotten here does not compile. */
import * as vscode from "vscode";
import { viewTypes, Command, type CommandArguments } from "./contributions";
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
import { says } from "./messages";
import { chooseModel } from "./model/chooseModel";
import { report } from "./panels/hostHandlers";
import type { Parts } from "./parts";
import {
  compareExperiment,
  runAndKeep,
  runExperimentFile,
  steeringExperiment,
} from "./steering/steeringCommands";

type Run<C extends Command> = (...args: CommandArguments[C]) => PromiseLike<unknown> | void;

type CommandTable = { readonly [C in Command]: Run<C> };

function table(
  { services, panels, colours, heatmap, marks, rasp, directions, experiments, sweeps }: Parts,
  restart: () => void,
): CommandTable {
  const { neurons, attention, patch, steering } = panels;
  const onSelection = async (look: (target: DocumentTarget) => Promise<unknown>): Promise<void> => {
    const target = askedSelection();
    if (target) await look(target);
  };
  return {
    [Command.Explain]: () => onSelection((target) => neurons.look(target)),
    [Command.ShowAttention]: () => onSelection((target) => attention.look(target)),
    [Command.Patch]: () => onSelection((target) => patch.take(target)),
    [Command.Steer]: () => steeringExperiment(services, steering),
    [Command.RunExperiment]: (file, controls) =>
      controls === "none" ? runAndKeep(steering, file, controls) : runExperimentFile(steering, file),
    [Command.RunWithControls]: (file) => runAndKeep(steering, file, "all"),
    [Command.CompareExperiment]: (file) => compareExperiment(steering, experiments.comparison, file),
    [Command.SteeringHistory]: () => experiments.chooseFromHistory(),
    [Command.RunSweep]: (file) => sweeps.run(file),
    [Command.ChooseModel]: () => chooseModel(services),
    [Command.ShowLens]: () => vscode.commands.executeCommand(`${viewTypes.lens}.focus`),
    [Command.ColourBy]: (choice) => heatmap.choose(choice),
    [Command.ExportColours]: (choice) => heatmap.export(choice),
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
    ...directionTable(directions.targets),
    [Command.MapTexts]: (file) =>
      file instanceof vscode.Uri ? directions.map.show(file) : directions.map.choose(),
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

/**
 * Registers every command; failures are told, cancelling is not.
 * @param restart  starts the engine anew and repeats what its end cut off
 */
export function registerCommands(parts: Parts, restart: () => void): vscode.Disposable {
  const { log } = parts.services;
  const registered = Object.entries(table(parts, restart)).map(([id, run]) =>
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
