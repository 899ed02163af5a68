/** What the texts of a panel are run behind: chosen in its page, kept by the host with the workspace. */
import type { Memento } from "vscode";
import { decodeRunChoice } from "../../protocol/decodeRunChoice";
import type { RunContext } from "../../protocol/model";
import type { PanelId, RunChoice } from "../../protocol/panelApi";

const firstChoice: RunChoice = { context: "document", prefix: "" };

/** What is chosen at first where texts are compared by themselves. */
export const alone: RunChoice = { context: "selection", prefix: "" };

/** The choice of one panel. */
export class KeptChoice {
  private readonly key: string;
  private current: RunChoice;

  constructor(
    private readonly memento: Memento,
    id: PanelId,
    first = firstChoice,
  ) {
    this.key = `run.${id}`;
    this.current = storedChoice(memento.get(this.key), first);
  }

  get value(): RunChoice {
    return this.current;
  }

  /** Takes another choice; false where it is the one there was. */
  change(choice: RunChoice): boolean {
    const { context, prefix } = this.current;
    if (choice.context === context && choice.prefix === prefix) return false;
    this.current = choice;
    void this.memento.update(this.key, choice);
    return true;
  }
}

function storedChoice(stored: unknown, first: RunChoice): RunChoice {
  if (stored === undefined) return first;
  try {
    return decodeRunChoice(stored, "run");
  } catch {
    return first; // Another version stored it.
  }
}

/** The context of a text that begins at an offset of its document. */
export function contextOf({ context, prefix }: RunChoice, from: number): RunContext {
  if (context === "prefix") return { kind: context, from, prefix };
  return context === "selection" ? { kind: context, from } : { kind: context };
}

/** Where the text that a run sees begins in its document. */
export function beginOf(context: RunContext): number {
  return context.kind === "document" ? 0 : context.from;
}
