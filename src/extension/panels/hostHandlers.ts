/** What the host does when a page asks: the parts common to all panels, and a refusal of what a panel does not have. */
import { Buffer } from "node:buffer";
import * as vscode from "vscode";
import { CancelledError, CodedError, toErrorData } from "../../base/errors";
import type { HeadsScoredOn } from "../../protocol/attention";
import type { BlockMode } from "../../protocol/attentionEdge";
import type { HostApi, PanelId, RunChoice } from "../../protocol/panelApi";
import type { Handlers } from "../../protocol/rpc";
import { Command } from "../contributions";
import { saveAs } from "../documents/saveAs";
import { sentence } from "../messages";
import type { PanelStore } from "./panelStore";

/** What one panel does; what it leaves out is refused. */
export interface PanelActions {
  retry(): Promise<void>;
  cancel(): void;
  example(): Promise<void>;
  chooseRun?(choice: RunChoice): Promise<void>;
  reveal?(start: number, end: number): Promise<void>;
  chooseNeuron?(layer: number, neuron: number): Promise<void>;
  chooseHead?(layer: number, head: number): Promise<void>;
  scoreHeads?(on: HeadsScoredOn): Promise<void>;
  chooseEdge?(query: number, key: number): Promise<void>;
  blockEdge?(softmax: BlockMode, against: number | undefined): Promise<void>;
  runSteering?(scale: number): Promise<void>;
  saveExperiment?(): Promise<void>;
}

/** The handlers of one panel. Long work is started, not awaited: its course is told by snapshots. */
export function hostHandlers<Id extends PanelId>(
  store: PanelStore<Id>,
  actions: PanelActions,
  log: vscode.LogOutputChannel,
): Handlers<HostApi> {
  const start = (work: PromiseLike<unknown> | undefined): null => {
    if (!work) throw new CodedError("not-here", "This panel has no such action.");
    work.then(undefined, (error: unknown) => report(error, log));
    return null;
  };
  const retry = async (): Promise<void> => {
    // A person asks for another try, so that earlier crashes no longer count.
    if (store.state.error?.code === "engine-crash-loop") {
      await vscode.commands.executeCommand(Command.RestartEngine);
    }
    await actions.retry();
  };
  return {
    "page/ready": () => store.state,
    "model/choose": () => start(vscode.commands.executeCommand(Command.ChooseModel)),
    "page/retry": () => start(retry()),
    "page/example": () => start(actions.example()),
    "page/cancel": () => {
      actions.cancel();
      return null;
    },
    "run/choose": (choice) => start(actions.chooseRun?.(choice)),
    "editor/reveal": ({ start: from, end }) => start(actions.reveal?.(from, end)),
    "neurons/choose": ({ layer, neuron }) => start(actions.chooseNeuron?.(layer, neuron)),
    "editor/clear": () => start(vscode.commands.executeCommand(Command.ClearColours)),
    "attention/choose": ({ layer, head }) => start(actions.chooseHead?.(layer, head)),
    "attention/score": ({ on }) => start(actions.scoreHeads?.(on)),
    "attention/edge": ({ query, key }) => start(actions.chooseEdge?.(query, key)),
    "attention/block": ({ softmax, against }) => start(actions.blockEdge?.(softmax, against)),
    "steering/run": ({ scale }) => start(actions.runSteering?.(scale)),
    "steering/save": () => start(actions.saveExperiment?.()),
    "export/save": (params) => start(saveExport(params)),
  };
}

/** Says what failed where no panel can; cancelling is no failure. */
export function report(error: unknown, log: vscode.LogOutputChannel): void {
  if (error instanceof CancelledError) return;
  const data = toErrorData(error);
  log.error(`${data.code}: ${data.message}`);
  void vscode.window.showErrorMessage(sentence(data));
}

async function saveExport({
  name,
  format,
  content,
  encoding,
}: HostApi["export/save"]["params"]): Promise<void> {
  const file = name.endsWith(`.${format}`) ? name : `${name}.${format}`;
  await saveAs({ name: file, format, content: Buffer.from(content, encoding) });
}
