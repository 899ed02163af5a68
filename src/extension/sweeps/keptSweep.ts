/** The sweep that is shown, kept with the workspace: its plan, and what it came to, so that a reload runs nothing twice. */
import type { Memento } from "vscode";
import { decodeSteeringSweep } from "../../protocol/decodeSteeringSweep";
import { decodeSavedView, savedViewText, type SavedViewOf } from "../../protocol/savedView/savedView";
import type { SteeringSweepPlan } from "../../protocol/steeringSweep";
import type { StateOf } from "../panels/panelStore";

const key = "panel.sweep";
/** Units of a result that are kept; of a larger one, the plan alone, which the file beside it has the result of. */
const longest = 2_000_000;

/** What was shown. */
export interface KeptSweep {
  readonly plan: SteeringSweepPlan;
  /** Address of the plan's file. */
  readonly file: string | null;
  /** Folder from which paths in the plan start; null: the model's. */
  readonly base: string | null;
  /** Whether nothing ran any more: a sweep that was not stopped goes on after a reload. */
  readonly ended: boolean;
  /** The whole result; null where it did not come to its end. */
  readonly view: SavedViewOf<"sweep"> | null;
}

/** Keeps it. */
export function keepSweep(memento: Memento, shown: Omit<KeptSweep, "view">, state: StateOf<"sweep">): void {
  const text = state.data?.outcome ? savedViewText("sweep", state) : undefined;
  const view = text === undefined || text.length > longest ? undefined : text;
  void memento.update(key, { ...shown, view });
}

/** What was kept; null where nothing was, or another version stored it. */
export function readSweep(memento: Memento): KeptSweep | null {
  const stored: unknown = memento.get(key);
  if (typeof stored !== "object" || stored === null) return null;
  const { plan, file, base, ended, view } = stored as Record<string, unknown>;
  try {
    const found = typeof view === "string" ? decodeSavedView(view) : null;
    return {
      plan: decodeSteeringSweep(plan),
      file: typeof file === "string" ? file : null,
      base: typeof base === "string" ? base : null,
      ended: ended === true,
      view: found?.panel === "sweep" ? found : null,
    };
  } catch {
    return null;
  }
}
