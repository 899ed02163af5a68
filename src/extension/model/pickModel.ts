/** The list of *Choose Model…*: there at once with what is known, filled in once the engine has looked around. */
import * as vscode from "vscode";
import { CancelSource } from "../../base/cancel";
import { toErrorData } from "../../base/errors";
import { decodeCatalogue, type CatalogueEntry } from "../../protocol/catalogue";
import type { ModelList } from "../../protocol/modelList";
import { modelTexts } from "../messages";
import type { Services } from "../services";
import { deleteChosen } from "./deleteChosen";
import { modelRows, type ModelChoice, type ModelRow, type RowButton } from "./modelRows";
import { forgetUsed, usedModels } from "./usedModels";

/** A choice, and the list it was made from where that was there. */
export interface Picked {
  readonly choice: Exclude<ModelChoice, { kind: "again" }>;
  readonly list: ModelList | null;
}

/** Asks for a model; undefined when the person left. */
export function pickModel(services: Services): Promise<Picked | undefined> {
  return new Promise((resolve) => {
    new ModelPicker(services, resolve).show();
  });
}

class ModelPicker {
  private readonly input = vscode.window.createQuickPick<ModelRow>();
  private readonly looking = new CancelSource();
  private list: ModelList | null = null;
  private failed = false;
  private picked: Picked | undefined;

  constructor(
    private readonly services: Services,
    private readonly done: (picked: Picked | undefined) => void,
  ) {
    this.input.title = "Introspect";
    this.input.placeholder = modelTexts.placeholder();
    this.input.matchOnDescription = true;
    this.input.matchOnDetail = true;
    this.input.onDidAccept(() => this.accept());
    this.input.onDidTriggerItemButton(({ item, button }) => void this.press(item, button as RowButton));
    this.input.onDidHide(() => {
      this.looking.cancel();
      this.input.dispose();
      this.done(this.picked);
    });
  }

  show(): void {
    this.draw();
    const inUse = this.input.items.find((row) => row.key === this.services.models.path);
    if (inUse) this.input.activeItems = [inUse];
    this.input.show();
    void this.look();
  }

  private async look(): Promise<void> {
    this.input.busy = true;
    this.failed = false;
    const { engine, models, context, log } = this.services;
    try {
      const request = {
        bundled: models.bundled,
        used: [...new Set([models.path, ...usedModels(context.globalState)])],
        catalogue: await readCatalogue(context.extensionUri),
      };
      // Looking around reads small files: it ends by itself, the engine need not be ended for it.
      const work = { signal: this.looking.signal, endIfStuck: () => false };
      this.list = await engine.call("model/list", request, work);
    } catch (error) {
      if (this.looking.signal.aborted) return;
      this.failed = true;
      log.warn(`The models could not be listed: ${toErrorData(error).message}`);
    }
    if (this.looking.signal.aborted) return;
    this.input.busy = false;
    this.draw();
  }

  /** Draws the rows anew; the one that was marked stays so. */
  private draw(): void {
    const { models, context } = this.services;
    const [active] = this.input.activeItems;
    const used = usedModels(context.globalState);
    const facts = { bundled: models.bundled, used, inUse: models.path, list: this.list, failed: this.failed };
    const rows = modelRows(facts) as ModelRow[];
    this.input.keepScrollPosition = true;
    this.input.items = rows;
    const same = rows.find((row) => row.key !== undefined && row.key === active?.key);
    // While somebody types, the first match is the marked one; the one in use need not be a match.
    if (same && this.input.value === "") this.input.activeItems = [same];
  }

  private accept(): void {
    const [row] = this.input.selectedItems;
    if (!row) return;
    if (row.choice.kind === "again") return void this.look();
    this.picked = { choice: row.choice, list: this.list };
    this.input.hide();
  }

  private async press({ choice }: ModelRow, { action }: RowButton): Promise<void> {
    if (choice.kind !== "folder") return;
    if (action === "reveal") return reveal(choice.path);
    if (action === "delete") {
      const { list } = this;
      // The question takes the list's place.
      this.input.hide();
      return list ? deleteChosen(this.services, choice.path, list.downloads) : undefined;
    }
    await forgetUsed(this.services.context.globalState, choice.path);
    if (this.list) {
      const models = this.list.models.filter(
        ({ source, path }) => source !== "used" || path !== choice.path || path === this.services.models.path,
      );
      this.list = { ...this.list, models };
    }
    this.draw();
    // It may also lie where the list looks anyway.
    await this.look();
  }
}

/** Shows a folder in the system's own file manager; where there is none (in a browser), copies its path. */
async function reveal(folder: string): Promise<void> {
  try {
    await vscode.commands.executeCommand("revealFileInOS", vscode.Uri.file(folder));
  } catch {
    await vscode.env.clipboard.writeText(folder);
    vscode.window.setStatusBarMessage(modelTexts.pathCopied(folder), 5000);
  }
}

async function readCatalogue(extensionUri: vscode.Uri): Promise<CatalogueEntry[]> {
  const file = vscode.Uri.joinPath(extensionUri, "models", "catalogue.json");
  return decodeCatalogue(JSON.parse(new TextDecoder().decode(await vscode.workspace.fs.readFile(file))));
}
