/** Experiment files that expect something, as tests of VS Code's Testing view. */
import path from "node:path";
import * as vscode from "vscode";
import { CancelledError, CodedError, toErrorData } from "../../base/errors";
import type { Experiment, SteerResult } from "../../protocol/edit";
import { experimentSuffix } from "../contributions";
import { sentence } from "../messages";
import { cancelSignal } from "../requests/cancelSignal";
import type { Services } from "../services";
import { withControls, type ControlChoice } from "./controlChoice";
import { loadExperiment } from "./experimentFile";
import { testTexts } from "../messages/experiments";
import { baseOf, runExperiment } from "./experimentRun";
import { jsonPlaces, type JsonPlace } from "./jsonPlaces";
import { findModel } from "./resolveModel";
import { metSentences, unmetPlaces } from "./testSentences";

/** Files that are looked at; of a workspace with more, the others run from their own lines. */
const mostFiles = 2000;
/** Larger files are not read through for the places of what they expect. */
const largestRead = 1_000_000;
const pattern = `**/*${experimentSuffix}`;

/** The tests; nothing is looked for before the Testing view is opened or an experiment is. */
export class ExperimentTests implements vscode.Disposable {
  private readonly controller = vscode.tests.createTestController(
    "introspect.experiments",
    testTexts.controller(),
  );
  private readonly subscriptions: vscode.Disposable[] = [];

  constructor(private readonly services: Services) {
    const { controller } = this;
    controller.resolveHandler = async (item) => {
      if (!item) await this.findAll();
    };
    controller.refreshHandler = () => this.findAll();
    const profile = (label: string, controls: ControlChoice, isDefault: boolean): vscode.TestRunProfile =>
      controller.createRunProfile(
        label,
        vscode.TestRunProfileKind.Run,
        (request, token) => this.run(request, controls, token),
        isDefault,
      );
    const watcher = vscode.workspace.createFileSystemWatcher(pattern);
    const look = (uri: vscode.Uri): void => void this.look(uri);
    this.subscriptions.push(
      profile(testTexts.run(), "none", true),
      profile(testTexts.runWithControls(), "all", false),
      watcher,
      watcher.onDidCreate(look),
      watcher.onDidChange(look),
      watcher.onDidDelete((uri) => controller.items.delete(uri.toString())),
      vscode.workspace.onDidOpenTextDocument(({ uri }) => look(uri)),
      vscode.workspace.onDidSaveTextDocument(({ uri }) => look(uri)),
      controller,
    );
    for (const { uri } of vscode.workspace.textDocuments) look(uri);
  }

  dispose(): void {
    for (const subscription of this.subscriptions) subscription.dispose();
  }

  private async findAll(): Promise<void> {
    const found = await vscode.workspace.findFiles(pattern, "**/node_modules/**", mostFiles);
    const there = new Set(found.map((uri) => uri.toString()));
    this.controller.items.forEach(({ id }) => {
      if (!there.has(id)) this.controller.items.delete(id);
    });
    for (const uri of found) await this.look(uri);
  }

  /** Puts a file among the tests, or takes it away where it expects nothing. */
  private async look(uri: vscode.Uri): Promise<void> {
    if (!uri.path.endsWith(experimentSuffix)) return;
    const { items } = this.controller;
    const id = uri.toString();
    try {
      const { experiment, text } = await loadExperiment(uri);
      if (!experiment.expect?.length) return items.delete(id);
      this.put(uri, placesOf(text).get("expect"), text);
    } catch (error) {
      // What cannot be read is a test where it was one, and says why it cannot run.
      const known = items.get(id);
      if (known) known.error = sentence(toErrorData(error));
    }
  }

  private put(uri: vscode.Uri, place: JsonPlace | undefined, text: string): void {
    const { items } = this.controller;
    const name = path.posix.basename(uri.path).slice(0, -experimentSuffix.length);
    const item = items.get(uri.toString()) ?? this.controller.createTestItem(uri.toString(), name, uri);
    const folder = path.posix.dirname(vscode.workspace.asRelativePath(uri));
    if (folder !== ".") item.description = folder;
    item.error = undefined;
    item.range = rangeOf(place, text);
    items.add(item);
  }

  private async run(
    request: vscode.TestRunRequest,
    controls: ControlChoice,
    token: vscode.CancellationToken,
  ): Promise<void> {
    if (!request.include) await this.findAll();
    const all: vscode.TestItem[] = [];
    this.controller.items.forEach((item) => all.push(item));
    const chosen = (request.include ?? all).filter((item) => !request.exclude?.includes(item));
    const run = this.controller.createTestRun(request);
    for (const item of chosen) run.enqueued(item);
    for (const item of chosen) {
      if (token.isCancellationRequested) run.skipped(item);
      else await this.runOne(item, controls, { run, token });
    }
    run.end();
  }

  private async runOne(
    item: vscode.TestItem,
    controls: ControlChoice,
    { run, token }: { readonly run: vscode.TestRun; readonly token: vscode.CancellationToken },
  ): Promise<void> {
    const begun = Date.now();
    run.started(item);
    try {
      const { experiment, text } = await loadExperiment(item.uri as vscode.Uri);
      if (!experiment.expect?.length) throw new CodedError("nothing-expected", testTexts.nothingExpected());
      const result = await this.measure(item.uri as vscode.Uri, experiment, controls, token);
      const lines = [...metSentences(result), ...this.remarks(experiment, result)];
      run.appendOutput(`${lines.join("\r\n")}\r\n`, undefined, item);
      const places = placesOf(text);
      const messages = unmetPlaces(result).map(({ says, path: at }) => {
        const message = new vscode.TestMessage(says);
        const range = rangeOf(places.get(at), text);
        if (item.uri && range) message.location = new vscode.Location(item.uri, range);
        return message;
      });
      if (messages.length === 0) run.passed(item, Date.now() - begun);
      else run.failed(item, messages, Date.now() - begun);
    } catch (error) {
      if (error instanceof CancelledError) run.skipped(item);
      else run.errored(item, new vscode.TestMessage(sentence(toErrorData(error))), Date.now() - begun);
    }
  }

  private async measure(
    uri: vscode.Uri,
    experiment: Experiment,
    controls: ControlChoice,
    token: vscode.CancellationToken,
  ): Promise<SteerResult> {
    const base = baseOf(uri);
    const model = await findModel(experiment, base, this.services.models);
    if (model === null) {
      const next = testTexts.noModelNext();
      throw new CodedError("no-model", testTexts.noModel(experiment.model.path), { next });
    }
    const asked = withControls(experiment, controls);
    const work = { signal: cancelSignal(token), meta: { view: `test ${uri.toString()}` } };
    return (await runExperiment(this.services, { experiment: asked, model, base }, work)).result;
  }

  private remarks({ model }: Experiment, { digest, warnings = [] }: SteerResult): string[] {
    const isOther = model.digest !== null && digest !== null && model.digest !== digest;
    return [...(isOther ? [testTexts.otherDigest()] : []), ...warnings].map((one) => testTexts.warning(one));
  }
}

function placesOf(text: string): ReadonlyMap<string, JsonPlace> {
  return text.length > largestRead ? new Map<string, JsonPlace>() : jsonPlaces(text);
}

/** A place as lines and characters; without a document, which a test has not before it is opened. */
function rangeOf(place: JsonPlace | undefined, text: string): vscode.Range | undefined {
  if (!place) return undefined;
  const at = (offset: number): vscode.Position => {
    const lines = text.slice(0, offset).split(/\r\n|\r|\n/);
    return new vscode.Position(lines.length - 1, lines.at(-1)?.length ?? 0);
  };
  return new vscode.Range(at(place.start), at(place.end));
}
