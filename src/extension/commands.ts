/** The commands, wired to what they do. A command that is forgotten here does not compile. */
import * as vscode from "vscode";
import { viewTypes, Command, type CommandArguments } from "./contributions";
import type { TokenColours } from "./decorations/tokenColours";
import { noEditorWords } from "./documents/noEditor";
import { colourOwnFile } from "./documents/ownFile";
import { selectedTarget, textEditor, type DocumentTarget } from "./documents/documentTarget";
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
import type { Experiments } from "./steering/experiments";
import {
  compareExperiment,
  runAndKeep,
  runExperimentFile,
  steeringExperiment,
} from "./steering/steeringCommands";
import type { SteeringPanel } from "./steering/steeringPanel";

/** What the commands act on. */
export interface CommandTargets {
  readonly services: Services;
  readonly neurons: NeuronsPanel;
  readonly attention: AttentionPanel;
  readonly steering: SteeringPanel;
  readonly experiments: Experiments;
  readonly patch: PatchPanel;
  readonly colours: TokenColours;
  readonly heatmap: Heatmap;
  readonly marks: LensMarks;
  readonly rasp: Rasp;
  /** Starts the engine anew and repeats what its end cut off. */
  restart(): void;
}

type CommandTable = {
  readonly [C in Command]: (...args: CommandArguments[C]) => PromiseLike<unknown> | void;
};

function table({
  services,
  neurons,
  attention,
  steering,
  experiments,
  patch,
  colours,
  heatmap,
  marks,
  rasp,
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
    [Command.RunExperiment]: (file, controls) =>
      controls === "none" ? runAndKeep(steering, file, controls) : runExperimentFile(steering, file),
    [Command.RunWithControls]: (file) => runAndKeep(steering, file, "all"),
    [Command.CompareExperiment]: (file) => compareExperiment(steering, experiments.comparison, file),
    [Command.SteeringHistory]: () => experiments.chooseFromHistory(),
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
    [Command.ShowLog]: () => services.log.show(true),
    [Command.RestartEngine]: () => {
      restart();
      vscode.window.setStatusBarMessage(says.restarted(), 5000);
    },
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
