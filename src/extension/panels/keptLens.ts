/** Through which lens the Lens is read: chosen in its page, kept by the host with the workspace. */
import type { Memento } from "vscode";
import { lensKinds, type LensKind } from "../../protocol/lensFile";

const key = "lens.kind";

/** The choice of the workspace; the logit lens until another is made. */
export class KeptLens {
  private current: LensKind;

  constructor(private readonly memento: Memento) {
    const stored: unknown = memento.get(key);
    this.current = lensKinds.find((kind) => kind === stored) ?? "logit";
  }

  get kind(): LensKind {
    return this.current;
  }

  /** Takes another choice; false where it is the one there was. */
  change(kind: LensKind): boolean {
    if (kind === this.current) return false;
    this.current = kind;
    void this.memento.update(key, kind);
    return true;
  }
}
