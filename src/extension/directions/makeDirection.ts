/** Make Direction…: asks, has the engine make it under a progress notice, and shows it. */
import path from "node:path";
import * as vscode from "vscode";
import { CodedError } from "../../base/errors";
import type { DirectionSpec } from "../../protocol/direction";
import type { EngineApi } from "../../protocol/engineApi";
import { askTarget } from "../documents/saveAs";
import { textEditor } from "../documents/documentTarget";
import { shorten } from "../documents/textTail";
import { cancelSignal } from "../requests/cancelSignal";
import type { Services } from "../services";
import {
  firstDraft,
  nameOf,
  proposedPath,
  specOf,
  type DirectionDraft,
  type DirectionSource,
} from "./directionDraft";
import { askDirection } from "./makeDialogue";
import { makeTexts, sourceTexts } from "../messages/directions";
import { demonstrationsFrom } from "./typedSources";

type Show = (file: vscode.Uri) => Promise<unknown>;

/** What panels look at now: the first answer where a direction is made of it. */
export interface LookedAt {
  readonly neuron: () => { readonly layer: number; readonly neuron: number } | null;
  readonly head: () => { readonly layer: number; readonly head: number } | null;
}

/** Units of a selection that is made a direction of; a model sees no more of it. */
const longest = 20_000;

/** Makes directions; a selection may wait for its opposite. */
export class DirectionMaker {
  private marked: string | undefined;

  /** @param show  shows a direction that was made */
  constructor(
    private readonly services: Services,
    private readonly show: Show,
    private readonly looked: LookedAt,
  ) {}

  /** Asks what is to be made, and makes it. */
  async make(): Promise<void> {
    const source = await this.askSource();
    if (!source) return;
    const { engine } = this.services;
    const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
    const draft = await askDirection(source, {
      templates: () => engine.call("directions/templates", {}),
      taken: folder ? await taken() : new Set(),
      canSave: folder !== undefined,
    });
    if (!draft) return;
    const out = folder ? vscode.Uri.joinPath(folder, draft.save) : await chosenTarget(draft);
    if (!out) return;
    if (folder) await requireFree(out);
    await this.run({ ...draft, save: folder ? draft.save : path.basename(out.fsPath) }, out);
  }

  /** Has the engine write a direction, and shows it. */
  async run(draft: DirectionDraft, out: vscode.Uri): Promise<void> {
    const spec = specOf(draft);
    await this.write({ spec, base: path.dirname(out.fsPath), out: out.fsPath }, nameOf(draft.save));
  }

  /** Has the engine make what a spec asks for. */
  async write(asked: Omit<EngineApi["directions/make"]["params"], "model">, name: string): Promise<void> {
    const { engine, models, directions } = this.services;
    const out = vscode.Uri.file(asked.out);
    await vscode.workspace.fs.createDirectory(vscode.Uri.joinPath(out, ".."));
    await vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title: makeTexts.making(name), cancellable: true },
      async (report, token) => {
        const signal = cancelSignal(token);
        engine.forgive();
        const { path: model } = await models.open({ signal });
        let shown = 0;
        const onProgress = ({
          done,
          total,
          message,
        }: {
          done: number;
          total: number;
          message: string;
        }): void => {
          const now = total > 0 ? (100 * done) / total : 0;
          report.report({ message, increment: Math.max(0, now - shown) });
          shown = Math.max(shown, now);
        };
        await engine.call("directions/make", { model, ...asked }, { signal, onProgress });
      },
    );
    directions.refresh();
    await this.show(out);
  }

  /** What the engine is asked for to bring in vectors of a file. */
  importSpec(file: string, name: string): DirectionSpec {
    return {
      ...specOf({ ...firstDraft({ kind: "file", path: null }), save: name }),
      method: "import",
      pairs: undefined,
      file,
    };
  }

  private async askSource(): Promise<DirectionSource | undefined> {
    const texts = selectedTexts();
    const items = [
      { label: makeTexts.template(), detail: makeTexts.templateMore(), kind: "template" as const },
      { label: makeTexts.selections(), detail: this.selectionsSay(texts), kind: "selections" as const },
      { label: makeTexts.file(), detail: makeTexts.fileMore(), kind: "file" as const },
      { label: makeTexts.tokens(), detail: makeTexts.tokensMore(), kind: "tokens" as const },
      { label: sourceTexts.neurons(), detail: this.neuronsSay(), kind: "neurons" as const },
      { label: sourceTexts.head(), detail: this.headSays(), kind: "head" as const },
      { label: sourceTexts.task(), detail: sourceTexts.taskMore(), kind: "task" as const },
    ].map(({ kind, ...item }) => ({ ...item, of: kind }));
    // A page that had the focus takes it again when the palette closes, which would close this list too.
    const options = { title: makeTexts.title(), placeHolder: makeTexts.from(), ignoreFocusOut: true };
    const picked = await vscode.window.showQuickPick(items, options);
    switch (picked?.of) {
      case undefined:
        return undefined;
      case "template":
        return { kind: "template", template: null };
      case "file":
        return { kind: "file", path: null };
      case "tokens":
        return { kind: "tokens", plus: "", minus: "" };
      case "selections":
        return this.fromSelections(texts);
      case "neurons": {
        const neuron = this.looked.neuron();
        return { kind: "neurons", neurons: neuron ? [{ ...neuron, weight: 1 }] : [], pairs: null };
      }
      case "head":
        return { kind: "head", head: this.looked.head(), pairs: null };
      case "task":
        return { kind: "task", from: { pairs: demonstrationsFrom(texts.join("\n")) ?? [] } };
    }
  }

  private neuronsSay(): string {
    const neuron = this.looked.neuron();
    if (!neuron) return sourceTexts.neuronsMore();
    return sourceTexts.neuronsLooked(`${neuron.layer}.${neuron.neuron}`);
  }

  private headSays(): string {
    const head = this.looked.head();
    return head ? sourceTexts.headLooked(`${head.layer}.${head.head}`) : sourceTexts.headMore();
  }

  private selectionsSay(texts: readonly string[]): string {
    const short = (text = ""): string => shorten(text.replace(/\s+/g, " "), 40);
    const [first, second] = this.pairOf(texts);
    if (first !== undefined && second !== undefined)
      return makeTexts.selectionsMore(short(first), short(second));
    return first === undefined ? makeTexts.selectionsNone() : makeTexts.selectionMark(short(first));
  }

  private pairOf(texts: readonly string[]): readonly string[] {
    return texts.length === 1 && this.marked !== undefined && this.marked !== texts[0]
      ? [this.marked, ...texts]
      : texts;
  }

  /** Two selections, or one that is marked until the other is there. */
  private fromSelections(texts: readonly string[]): DirectionSource | undefined {
    const [positive, negative] = this.pairOf(texts);
    if (positive === undefined)
      throw new CodedError("empty-selection", makeTexts.noSelection(), { next: makeTexts.noSelectionNext() });
    if (negative === undefined) {
      this.marked = positive;
      void vscode.window.showInformationMessage(makeTexts.marked(shorten(positive, 40)));
      return undefined;
    }
    this.marked = undefined;
    return { kind: "selections", texts: [positive, negative] };
  }
}

/** The selected texts of the editor, in the order of their places. */
function selectedTexts(): readonly string[] {
  const editor = textEditor();
  if (!editor) return [];
  const { document } = editor;
  return editor.selections
    .filter(({ isEmpty }) => !isEmpty)
    .slice(0, 2)
    .map(({ start, end }) => {
      const from = document.offsetAt(start);
      const to = Math.min(document.offsetAt(end), from + longest);
      return document.getText(new vscode.Range(start, document.positionAt(to)));
    });
}

/** JSON files of the workspace: one of them is not written over. */
async function taken(): Promise<ReadonlySet<string>> {
  const found = await vscode.workspace.findFiles("**/*.json", "**/node_modules/**", 2000);
  return new Set(found.map((uri) => vscode.workspace.asRelativePath(uri, false)));
}

function chosenTarget(draft: DirectionDraft): Promise<vscode.Uri | undefined> {
  const name = `${nameOf(proposedPath(draft, new Set()))}.json`;
  return askTarget({ name, format: "json" });
}

async function requireFree(out: vscode.Uri): Promise<void> {
  const isThere = await vscode.workspace.fs.stat(out).then(
    () => true,
    () => false,
  );
  if (!isThere) return;
  throw new CodedError("file-exists", makeTexts.taken(path.basename(out.fsPath)));
}
