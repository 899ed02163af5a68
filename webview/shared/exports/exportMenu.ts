/** The one place of a figure from which it is saved and copied. */
import { h } from "../dom";

/** Files that a figure is saved as. */
export const saveFormats = ["png", "svg", "csv", "json", "npz"] as const;
/** One of `saveFormats`. */
export type SaveFormat = (typeof saveFormats)[number];

/** What is copied of a figure, on its button. */
const copies = { image: "Image", command: "Command line", python: "TransformerLens Python" } as const;
/** What is copied of a figure. */
export type CopyKind = keyof typeof copies;

/** What the menu does. */
export interface ExportActions {
  readonly save: (format: SaveFormat) => void;
  readonly copy: (kind: CopyKind) => void;
  readonly saveView: () => void;
}

/** A button and the choices that it opens. */
export class ExportMenu {
  readonly button: HTMLButtonElement;
  readonly choices: HTMLElement;

  /** @param ofModel  whether there are arrays and a run to repeat behind the figure, and a view to save */
  constructor(title: string, actions: ExportActions, ofModel: boolean) {
    this.button = tool("Export", `Export ${title}`, () => this.open(this.choices.hidden));
    this.button.setAttribute("aria-expanded", "false");
    const formats = saveFormats.filter((format) => ofModel || format !== "npz");
    const saves = formats.map((format) => tool(format.toUpperCase(), null, () => actions.save(format)));
    const views = ofModel ? [tool("View…", "Save view…", () => actions.saveView())] : [];
    const kinds = (Object.keys(copies) as CopyKind[]).filter((kind) => ofModel || kind === "image");
    const copied = kinds.map((kind) =>
      tool(copies[kind], `Copy as ${copies[kind]}`, () => actions.copy(kind)),
    );
    this.choices = h(
      "div",
      { class: "export-choices no-export", hidden: true, role: "group", "aria-label": `Export ${title}` },
      h("span", { class: "export-row" }, h("span", { class: "export-name" }, "Save"), ...saves, ...views),
      h("span", { class: "export-row" }, h("span", { class: "export-name" }, "Copy"), ...copied),
    );
  }

  /** Shows or hides the choices. */
  open(on: boolean): void {
    this.choices.hidden = !on;
    this.button.setAttribute("aria-expanded", String(on));
    if (on) this.choices.querySelector("button")?.focus();
  }

  /** Escape goes back to the button; true where it did. */
  escape(): boolean {
    if (this.choices.hidden) return false;
    this.open(false);
    this.button.focus();
    return true;
  }
}

function tool(face: string, says: string | null, action: () => void): HTMLButtonElement {
  const element = h("button", { type: "button", class: "tool", "aria-label": says ?? undefined }, face);
  element.addEventListener("click", action);
  return element;
}
