/** The pinned lens, kept with the workspace: it is data, so that nothing has to be run to have it again. */
import type { Memento } from "vscode";
import type { PinnedLens } from "../../protocol/lensPanel";
import { pinnedShape } from "../../protocol/savedView/lens";

const key = "lens.pinned";

/** The pinned lens; null where there is none, or another version stored it. */
export function readPin(memento: Memento): PinnedLens | null {
  const stored: unknown = memento.get(key);
  if (stored === undefined || stored === null) return null;
  try {
    return pinnedShape(stored, key);
  } catch {
    return null;
  }
}

/** Keeps it, or lets go of it. */
export function keepPin(memento: Memento, pinned: PinnedLens | null): void {
  void memento.update(key, pinned ?? undefined);
}
