/** Through which lens a text is read: chosen in the Lens page, kept by the host with the workspace. */
import type { Memento } from "vscode";
import { lensKinds, type LensKind, type LensRequested } from "../../protocol/lensFile";

const kindKey = "lens.kind";
const filesKey = "lens.files";

/** The choice of the workspace: the logit lens until another is made, and for each model the file of its trained lens. */
export class KeptLens {
  private current: LensKind;
  private readonly listeners = new Set<() => void>();

  constructor(private readonly memento: Memento) {
    const stored: unknown = memento.get(kindKey);
    this.current = lensKinds.find((kind) => kind === stored) ?? "logit";
  }

  get kind(): LensKind {
    return this.current;
  }

  /** Takes another choice; false where it is the one there was. */
  change(kind: LensKind): boolean {
    if (kind === this.current) return false;
    this.current = kind;
    void this.memento.update(kindKey, kind);
    this.tell();
    return true;
  }

  /** The file that was chosen for a model; null: the one beside the model; undefined: nothing was chosen. */
  fileOf(model: string): string | null | undefined {
    const file = this.files[model];
    return typeof file === "string" || file === null ? file : undefined;
  }

  /** Chooses a model's lens file: null for the one beside the model, undefined to go by the setting again. */
  chooseFile(model: string, file: string | null | undefined): void {
    const { [model]: _, ...others } = this.files;
    void this.memento.update(filesKey, file === undefined ? others : { ...others, [model]: file });
    this.tell();
  }

  /**
   * What is asked of the engine for a model.
   * @param setting  the file that the settings name, for models for which none was chosen; empty where they name none
   */
  requested(model: string, setting: string): LensRequested {
    const chosen = this.fileOf(model);
    return { kind: this.current, file: chosen === undefined ? setting || null : chosen };
  }

  /** Listens to another choice; the returned function stops listening. */
  onDidChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  private get files(): Readonly<Record<string, unknown>> {
    const stored: unknown = this.memento.get(filesKey);
    return typeof stored === "object" && stored !== null ? (stored as Record<string, unknown>) : {};
  }

  private tell(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
