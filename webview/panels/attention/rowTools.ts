/** What can be done with the shown row: colour the editor by it, and have the model write on. */
import { mostShown } from "../../../src/protocol/attention";
import type { AttentionPanelData } from "../../../src/protocol/panelApi";
import { h, setText } from "../../shared/dom";
import { count } from "../../shared/format";
import type { PageContext } from "../../shared/page";
import { button } from "../../shared/ui";
import { WriteOn } from "../../shared/writeOn";

/** Two buttons with what they need to know. */
export class RowTools {
  readonly element: HTMLElement;
  private readonly colour: HTMLElement;
  private readonly write: WriteOn;
  private readonly note = h("span", { class: "muted tools-note" });
  private query = -1;
  private view: AttentionPanelData | null = null;

  constructor(private readonly context: PageContext) {
    this.colour = button("Colour the editor", () => this.act());
    this.colour.classList.add("colours");
    this.write = new WriteOn(context, (tokens) => context.host.ask("attention/continue", { tokens }));
    this.element = h(
      "div",
      { class: "controls row-tools no-export" },
      this.colour,
      this.write.element,
      this.note,
    );
  }

  /** Takes what is shown; nothing of a saved view is coloured or continued. */
  update(view: AttentionPanelData): void {
    this.view = view;
    this.draw();
  }

  /** The row that is shown now; `chosen` moves the editor's colours, where it has them. */
  row(query: number, chosen: boolean): void {
    this.query = query;
    this.draw();
    if (chosen && this.view?.coloured) this.ask(false);
  }

  private draw(): void {
    const { view } = this;
    if (!view) return;
    const saved = this.context.isSaved();
    setText(this.colour, view.coloured ? "Clear colours" : "Colour the editor");
    const token = view.window.tokens[view.positions[this.query] ?? -1];
    const nowhere = token !== undefined && (token.prefix === true || token.end <= token.start);
    toggle(this.colour, saved || (!view.coloured && nowhere));
    const full = this.full(view);
    this.write.update(!saved && full === "");
    const words = [full || "The likeliest token each time.", nowhere ? notInDocument : ""].join(" ");
    setText(this.note, saved ? savedWords : words);
  }

  /** Why nothing can be written; empty where something can. */
  private full({ positions, unshown, window }: AttentionPanelData): string {
    const nCtx = this.context.source().model?.nCtx ?? Infinity;
    if (window.ids.length >= nCtx) return `The model sees ${count(nCtx)} tokens, and the text has as many.`;
    if (unshown === 0 && positions.length < mostShown) return "";
    return `${count(mostShown)} tokens are all that one picture shows: select fewer to write on.`;
  }

  private act(): void {
    if (this.view?.coloured) this.context.host.ask("editor/clear", {});
    else this.ask(true);
  }

  private ask(start: boolean): void {
    const query = this.view?.positions[this.query];
    if (query !== undefined) this.context.host.ask("attention/colour", { query, start });
  }
}

const savedWords = "A saved view is read-only: show it live to colour a text by it or to write on.";
const notInDocument = "The query stands in no document, so that no text can be coloured by it.";

function toggle(element: HTMLElement, disabled: boolean): void {
  (element as HTMLButtonElement).disabled = disabled;
}
