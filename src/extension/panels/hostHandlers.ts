/** What the host does when a page asks: the parts common to all panels, and a refusal of what a panel does not have. */
import { Buffer } from "node:buffer";
import * as vscode from "vscode";
import { CancelledError, CodedError, toErrorData } from "../../base/errors";
import type { DirectionHostApi } from "../../protocol/directionPanel";
import type { OffsetRange } from "../../protocol/engineApi";
import type { ChosenPlace } from "../../protocol/focus";
import type { LensKind } from "../../protocol/lensFile";
import type { EffectChoice } from "../../protocol/neuronEffects";
import type { SearchScope } from "../../protocol/neuronPanel";
import type { RankChoice } from "../../protocol/neurons";
import type { LensMark } from "../../protocol/lensPanel";
import type { HeadsScoredOn } from "../../protocol/attention";
import type { BlockParams } from "../../protocol/attentionEdge";
import type { PatchChoice } from "../../protocol/patch";
import type { HostApi, PanelId, RunChoice, SteeringAgain } from "../../protocol/panelApi";
import type { RaspHostApi } from "../../protocol/raspPanel";
import type { MapChoice, MapHostApi } from "../../protocol/textMapPanel";
import type { Handlers } from "../../protocol/rpc";
import { Command, Setting } from "../contributions";
import { saveAs } from "../documents/saveAs";
import { saveFigureArrays } from "../exports/saveArrays";
import { saveView } from "../exports/saveView";
import { sentence } from "../messages";
import type { Services } from "../services";
import { writeSetting } from "../settings";
import type { PanelHandlers } from "./pageConnection";
import type { PanelStore } from "./panelStore";

/** What one panel does; what it leaves out is refused. */
export interface PanelActions {
  retry(): Promise<void>;
  cancel(): void;
  example(): Promise<void>;
  chooseRun?(choice: RunChoice): Promise<void>;
  chooseLens?(kind: LensKind): Promise<void>;
  /** Asks the person for the file of the model's trained lens. */
  chooseLensFile?(): Promise<void>;
  reveal?(start: number, end: number): Promise<void>;
  /** Points at a token of the panel's document, or at none. */
  point?(range: OffsetRange | null): void;
  /** Makes a token the one that the other panels follow. */
  choosePlace?(place: ChosenPlace): void;
  /** Rejects with what is wrong with the text. */
  followText?(text: string): Promise<void>;
  toggleFollowed?(id: number): Promise<void>;
  pin?(on: boolean): Promise<void>;
  mark?(mark: LensMark, on: boolean): Promise<void>;
  /** Ranks the neurons of one layer, or of all. */
  chooseLayer?(layer: number | null): Promise<void>;
  chooseNeuron?(layer: number, neuron: number): Promise<void>;
  orderNeurons?(choice: RankChoice): Promise<void>;
  measureEffects?(choice: EffectChoice): Promise<void>;
  searchPlaces?(scope: SearchScope): Promise<void>;
  goToPlace?(place: number): Promise<void>;
  keepNote?(note: HostApi["neurons/note"]["params"]): Promise<void>;
  chooseHead?(layer: number, head: number): Promise<void>;
  scoreHeads?(on: HeadsScoredOn): Promise<void>;
  continueText?(tokens: number): Promise<void>;
  colourRow?(query: number, start: boolean): Promise<void>;
  chooseEdge?(query: number, key: number): Promise<void>;
  choosePatch?(choice: PatchChoice): Promise<void>;
  blockEdge?(params: BlockParams): Promise<void>;
  revealStep?(step: number): Promise<void>;
  hoverStep?(step: number | null): void;
  chooseStep?(step: number): Promise<void>;
  /** Rejects with what is wrong with the text. */
  setExample?(text: string): Promise<void>;
  generate?(steps: 1 | "all"): Promise<void>;
  resetGeneration?(): Promise<void>;
  runSteering?(again: SteeringAgain): Promise<void>;
  /** Rejects with what is wrong. */
  slideSteering?(scale: number): Promise<void>;
  saveExperiment?(): Promise<void>;
  /** Runs the experiment of a sweep's cell. */
  openCell?(cell: readonly [number, number]): Promise<void>;
  chooseDirection?(direction: number): Promise<void>;
  chooseDirectionLayers?(layers: readonly number[] | null): Promise<void>;
  readAlso?(direction: number, on: boolean): Promise<void>;
  compareWith?(direction: number | null): Promise<void>;
  correlateDirections?(): Promise<void>;
  colourByDirection?(): Promise<void>;
  chooseMap?(choice: MapChoice): Promise<void>;
  /** Asks the person which texts are mapped. */
  chooseMapFile?(): Promise<void>;
  continueAlong?(tokens: number): Promise<void>;
  /** Of a saved view: to the live panel. */
  showLive?(): Promise<void>;
}

/** The handlers of one panel. Long work is started, not awaited: its course is told by snapshots. */
export function hostHandlers<Id extends PanelId>(
  store: PanelStore<Id>,
  actions: PanelActions,
  services: Services,
): PanelHandlers {
  const { log } = services;
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
    "unit/choose": ({ unit }) => start(writeSetting(Setting.LogUnit, unit)),
    "lens/choose": ({ kind }) => start(actions.chooseLens?.(kind)),
    "lens/file": () => start(actions.chooseLensFile?.()),
    "editor/reveal": ({ start: from, end }) => start(actions.reveal?.(from, end)),
    "focus/point": ({ range }) => {
      actions.point?.(range);
      return null;
    },
    "focus/choose": (place) => {
      actions.choosePlace?.(place);
      return null;
    },
    // Waited for: the page says beside its field what is wrong with the text.
    "lens/follow": async ({ text }) => {
      await actions.followText?.(text);
      return null;
    },
    "lens/toggle": ({ id }) => start(actions.toggleFollowed?.(id)),
    "lens/pin": ({ on }) => start(actions.pin?.(on)),
    "lens/mark": ({ mark, on }) => start(actions.mark?.(mark, on)),
    "neurons/only": ({ layer }) => start(actions.chooseLayer?.(layer)),
    "neurons/choose": ({ layer, neuron }) => start(actions.chooseNeuron?.(layer, neuron)),
    "neurons/order": (choice) => start(actions.orderNeurons?.(choice)),
    "neurons/effects": (choice) => start(actions.measureEffects?.(choice)),
    "neurons/search": ({ scope }) => start(actions.searchPlaces?.(scope)),
    "neurons/place": ({ place }) => start(actions.goToPlace?.(place)),
    // Awaited: the page says beside the note whether it is kept.
    "neurons/note": async (note) => {
      if (!actions.keepNote) return start(undefined);
      await actions.keepNote(note);
      return null;
    },
    "editor/clear": () => start(vscode.commands.executeCommand(Command.ClearColours)),
    "attention/choose": ({ layer, head }) => start(actions.chooseHead?.(layer, head)),
    "attention/score": ({ on }) => start(actions.scoreHeads?.(on)),
    "attention/continue": ({ tokens }) => start(actions.continueText?.(tokens)),
    "attention/colour": ({ query, start: begin }) => start(actions.colourRow?.(query, begin)),
    "attention/edge": ({ query, key }) => start(actions.chooseEdge?.(query, key)),
    "attention/block": (params) => start(actions.blockEdge?.(params)),
    "patch/choose": (choice) => start(actions.choosePatch?.(choice)),
    ...steeringHandlers(actions, start),
    ...raspHandlers(actions, start),
    ...directionHandlers(actions, start),
    "export/save": (params) => start(saveExport(params)),
    "export/npz": ({ figure, facts }) =>
      start(saveFigureArrays(services, { id: store.id, figure, facts, state: store.state })),
    // Awaited: the page says that it is there.
    "export/copy": async ({ text }) => {
      await vscode.env.clipboard.writeText(text);
      return null;
    },
    "view/save": () => start(saveView(services, store.id, store.state)),
    "view/live": () => start(actions.showLive?.()),
  };
}

type SteeringCall = "steering/run" | "steering/slide" | "steering/save" | "sweep/open";

/** What the Steering and the Sweep page ask. */
function steeringHandlers(
  actions: PanelActions,
  start: (work: PromiseLike<unknown> | undefined) => null,
): Pick<Handlers<HostApi>, SteeringCall> {
  return {
    "steering/run": (again) => start(actions.runSteering?.(again)),
    // Awaited: the page asks for the next strength once it has this one.
    "steering/slide": async ({ scale }) => {
      if (!actions.slideSteering) return start(undefined);
      await actions.slideSteering(scale);
      return null;
    },
    "steering/save": () => start(actions.saveExperiment?.()),
    "sweep/open": ({ cell }) => start(actions.openCell?.(cell)),
  };
}

/** What the RASP page asks. */
function raspHandlers(
  actions: PanelActions,
  start: (work: PromiseLike<unknown> | undefined) => null,
): Handlers<RaspHostApi> {
  return {
    "rasp/reveal": ({ step }) => start(actions.revealStep?.(step)),
    "rasp/hover": ({ step }) => {
      actions.hoverStep?.(step);
      return null;
    },
    // Awaited: the page shows what it was asked until the host has it too.
    "rasp/step": async ({ step }) => {
      if (!actions.chooseStep) return start(undefined);
      await actions.chooseStep(step);
      return null;
    },
    // Awaited: the page says beside its field what is wrong with the text.
    "rasp/example": async ({ text }) => {
      if (!actions.setExample) return start(undefined);
      await actions.setExample(text);
      return null;
    },
    "rasp/generate": ({ steps }) => start(actions.generate?.(steps)),
    "rasp/generateReset": () => start(actions.resetGeneration?.()),
  };
}

/** What the Direction and Map pages ask. */
function directionHandlers(
  actions: PanelActions,
  start: (work: PromiseLike<unknown> | undefined) => null,
): Handlers<DirectionHostApi & MapHostApi> {
  return {
    "direction/choose": ({ direction }) => start(actions.chooseDirection?.(direction)),
    "direction/layers": ({ layers }) => start(actions.chooseDirectionLayers?.(layers)),
    "direction/also": ({ direction, on }) => start(actions.readAlso?.(direction, on)),
    "direction/compare": ({ direction }) => start(actions.compareWith?.(direction)),
    "direction/continue": ({ tokens }) => start(actions.continueAlong?.(tokens)),
    "direction/correlate": () => start(actions.correlateDirections?.()),
    "direction/colour": () => start(actions.colourByDirection?.()),
    "map/choose": (choice) => start(actions.chooseMap?.(choice)),
    "map/file": () => start(actions.chooseMapFile?.()),
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
