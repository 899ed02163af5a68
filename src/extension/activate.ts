/** Where the extension begins: makes the few long-lived things, wires them, and starts nothing that nobody asked for. */
import * as vscode from "vscode";
import { toErrorData } from "../base/errors";
import type { PanelId } from "../protocol/panelApi";
import { protocolVersion } from "../protocol/version";
import { registerCommands } from "./commands";
import { Setting, viewTypes } from "./contributions";
import { DirectionFiles } from "./directions/directionFiles";
import { firstLook } from "./documents/firstLook";
import { registerSample } from "./documents/sample";
import { crashNotice } from "./engine/crashNotice";
import { engineEnvironment } from "./engine/engineEnvironment";
import { EngineSupervisor } from "./engine/engineSupervisor";
import { forkEngine } from "./engine/forkEngine";
import type { IntrospectExports } from "./exportedApi";
import { registerSavedViews } from "./exports/savedViewEditor";
import { showModelStatus } from "./model/modelStatus";
import { connectEditors } from "./focus/editorPointer";
import { Focus } from "./focus/focus";
import { Models } from "./model/models";
import { makeParts } from "./parts";
import { showUnit } from "./panels/shownUnit";
import type { StateOf } from "./panels/panelStore";
import type { Services } from "./services";
import { readSetting } from "./settings";

/** Called by VS Code once it has started, or before, when a view or a stored panel is shown. */
export function activate(context: vscode.ExtensionContext): IntrospectExports {
  const services = makeServices(context);
  const parts = makeParts(services);
  const { panels, heatmap, colours, notes, marks, rasp, directions, experiments, sweeps } = parts;
  const { neurons, attention, steering, lens, patch, sweep } = panels;
  const { engine, models, log } = services;
  const restart = (): void =>
    retryAll(services, {
      ...panels,
      direction: directions.panel,
      map: directions.map,
      heatmap: heatmap.picture,
    });
  engine.onDidCrash(crashNotice({ retry: restart, showLog: () => log.show(true) }));
  context.subscriptions.push(
    log,
    { dispose: () => engine.dispose() },
    models,
    ...Object.values(panels),
    heatmap,
    colours,
    notes,
    ...Object.values(marks),
    rasp,
    directions,
    experiments,
    sweeps,
    showModelStatus(models),
    connectEditors(services.focus),
    showUnit([neurons.store, attention.store, steering.store, sweep.store, lens.store]),
    watchEngineSettings(services),
    registerSample(context.extensionUri),
    registerCommands(parts, restart),
    vscode.window.registerWebviewViewProvider(viewTypes.lens, lens),
    registerSavedViews(services, { ...panels, direction: directions.panel, map: directions.map, heatmap }),
  );
  firstLook(context).then(undefined, (error: unknown) =>
    log.warn(`First look: ${toErrorData(error).message}`),
  );
  const states: { [Id in PanelId]: () => StateOf<Id> } = {
    neurons: () => neurons.store.state,
    attention: () => attention.store.state,
    steering: () => steering.store.state,
    lens: () => lens.store.state,
    patch: () => patch.store.state,
    rasp: () => rasp.panel.store.state,
    direction: () => directions.panel.store.state,
    sweep: () => sweep.store.state,
    heatmap: () => heatmap.picture.store.state,
    map: () => directions.map.store.state,
  };
  return {
    enginePid: () => engine.pid,
    panelState: (id) => states[id](),
    model: () => ({ path: models.path, state: models.state }),
    colours: () => colours.state,
    heatmap: () => heatmap.state,
    engineCalls: () => engine.calls,
    roundTrip: async () => {
      await engine.call("engine/hello", { build: protocolVersion });
    },
    lensMarks: () => ({ depth: marks.depth.state, inline: marks.inline.shown }),
  };
}

function makeServices(context: vscode.ExtensionContext): Services {
  const log = vscode.window.createOutputChannel("Introspect", { log: true });
  const script = vscode.Uri.joinPath(context.extensionUri, "dist", "engine.js").fsPath;
  const engine = new EngineSupervisor({
    launch: () => forkEngine(script, log, environment()),
    build: protocolVersion,
    logger: log,
    idleMs: () => readSetting(Setting.IdleMinutes) * 60_000,
  });
  const models = new Models(context.extensionPath, engine, log);
  return { context, log, engine, models, focus: new Focus(), directions: new DirectionFiles(log) };
}

/** What the settings say to a new engine process. */
function environment(): Record<string, string> {
  const values = {
    device: readSetting(Setting.Device),
    memoryBudget: readSetting(Setting.MemoryBudget),
    cudaLibraries: readSetting(Setting.CudaLibraries),
  };
  return engineEnvironment(values, process.env, process.platform);
}

/** Settings that a running engine does not hear of: it is ended, and the next request starts it with the new ones. */
const engineSettings = [Setting.Device, Setting.MemoryBudget, Setting.CudaLibraries];

function watchEngineSettings({ engine, models }: Services): vscode.Disposable {
  return vscode.workspace.onDidChangeConfiguration((event) => {
    if (!engineSettings.some((setting) => event.affectsConfiguration(setting))) return;
    engine.restart();
    models.forget();
  });
}

type Retryable = Record<
  Exclude<PanelId, "rasp">,
  { store: { state: { status: string; error?: { code: string } } }; retry(): Promise<unknown> }
>;

/** Repeats what a crash cut off. */
function retryAll({ engine }: Services, panels: Retryable): void {
  engine.restart();
  for (const panel of Object.values(panels)) {
    const { status, error } = panel.store.state;
    if (status === "error" && error?.code.startsWith("engine-")) void panel.retry();
  }
}
