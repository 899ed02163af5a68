/** A picture with its title, its key, its table and its export: the frame of every plot. */
import { commentLines, svgWithFacts, type Facts } from "../../src/base/exportText";
import { plainArrays } from "../../src/base/plainArrays";
import { modelName, shortDigest } from "./badge";
import { fill, h, setText } from "./dom";
import { copyPicture } from "./exports/clipboard";
import { ExportMenu, type CopyKind, type SaveFormat } from "./exports/exportMenu";
import { exportFacts, type FigureSource } from "./exports/facts";
import { pngWithText } from "./exports/png";
import { commandOrNull, figureCommand, figurePython } from "./exports/recipes";
import type { Host } from "./host";
import { pictureSvg, svgToPng } from "./picture";
import { tableElement, toCsv, type TableData } from "./table";

/** What a figure draws on: the host for exports, and what the current picture is of. */
export interface FigureContext {
  readonly host: Host;
  readonly announce: (text: string) => void;
  /** Whether the page shows a model; true unless given. */
  readonly ofModel?: boolean;
  readonly source: () => FigureSource;
}

/** What a figure is called and how its data is had. */
export interface FigureOptions {
  /** Short, for file names and for remembering: "lens-grid". */
  readonly name: string;
  readonly title: string;
  readonly table: () => TableData;
  /** The data as it came, for JSON. */
  readonly data: () => unknown;
  /** An SVG of its own, where the page's layout is not the picture; given the small print. */
  readonly svg?: (footer: string) => string;
}

/** A figure; the panel fills `body` and calls `changed` when the data is new. */
export class Figure {
  readonly element: HTMLElement;
  readonly body = h("div", { class: "figure-body" });
  readonly key = h("div", { class: "figure-key" });
  private readonly title: HTMLElement;
  private readonly picture: HTMLElement;
  private readonly tablePlace = h("div", { class: "figure-table" });
  /** What came of the last export. */
  private readonly said = h("p", { class: "export-said no-export", hidden: true });
  private readonly tableButton: HTMLButtonElement;
  private readonly menu: ExportMenu;

  constructor(
    private readonly context: FigureContext,
    private readonly options: FigureOptions,
  ) {
    this.title = h("h2", { class: "figure-title", id: `title-${options.name}` }, options.title);
    this.tableButton = tool("Table", () => this.showTable(!this.asTable));
    this.tableButton.setAttribute("aria-pressed", "false");
    this.tableButton.setAttribute("aria-label", `Show ${options.title} as table`);
    this.menu = new ExportMenu(
      options.title,
      {
        save: (format) => void this.attempt("exported", () => this.save(format)),
        copy: (kind) => void this.attempt("copied", () => this.copy(kind)),
        saveView: () => void this.attempt("saved", () => this.saveView()),
      },
      context.ofModel ?? true,
    );
    const tools = h("div", { class: "tools no-export" }, this.tableButton, this.menu.button);
    this.picture = h("div", { class: "figure-picture" }, this.body, this.key);
    this.element = h(
      "section",
      { class: `figure figure-${options.name}`, "aria-labelledby": `title-${options.name}` },
      h("div", { class: "figure-head" }, this.title, tools),
      this.menu.choices,
      this.said,
      this.picture,
      this.tablePlace,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && this.menu.escape()) event.stopPropagation();
    });
    this.showTable(context.host.memory.get(`table-${options.name}`) === "yes");
  }

  /** Whether the table stands in the picture's place. */
  get asTable(): boolean {
    return this.tableButton.getAttribute("aria-pressed") === "true";
  }

  /** Another title, for pictures of which there are several. */
  set heading(text: string) {
    setText(this.title, text);
  }

  /** The data is new: a shown table is drawn again. */
  changed(): void {
    if (this.asTable) fill(this.tablePlace, tableElement(this.options.table()));
  }

  private showTable(on: boolean): void {
    const before = this.asTable;
    this.tableButton.setAttribute("aria-pressed", String(on));
    this.picture.hidden = on;
    this.tablePlace.hidden = !on;
    if (on)
      fill(this.tablePlace, before || this.element?.isConnected ? tableElement(this.options.table()) : null);
    else fill(this.tablePlace);
    this.context.host.memory.set(`table-${this.options.name}`, on ? "yes" : "no");
  }

  /** Does what was chosen and says what came of it, beside the picture and to screen readers. */
  private async attempt(done: string, action: () => Promise<string>): Promise<void> {
    try {
      this.say(await action());
      this.menu.open(false);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.say(`${this.options.title} could not be ${done}. ${why}`);
    }
  }

  private say(sentence: string): void {
    setText(this.said, sentence);
    this.said.hidden = false;
    this.context.announce(sentence);
  }

  private async save(format: SaveFormat): Promise<string> {
    const { host } = this.context;
    if (format === "npz") {
      const facts = JSON.stringify(this.facts());
      await host.request("export/npz", { figure: this.options.name, facts });
    } else {
      const content = await this.content(format);
      const name = `introspect-${this.options.name}`;
      const encoding = format === "png" ? "base64" : "utf8";
      await host.request("export/save", { name, format, content, encoding });
    }
    return `${this.options.title} as ${format.toUpperCase()}: choose where to save it.`;
  }

  private async saveView(): Promise<string> {
    await this.context.host.request("view/save", {});
    return "The view of this panel: choose where to save it. It opens without the model.";
  }

  private async copy(kind: CopyKind): Promise<string> {
    const { host, source } = this.context;
    if (kind === "image") return this.copyImage();
    const { name } = this.options;
    const text = kind === "command" ? figureCommand(name, source()) : figurePython(name, source());
    await host.request("export/copy", { text });
    return this.copied(kind);
  }

  private async copyImage(): Promise<string> {
    const picture = this.content("png").then(async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
      return new Blob([bytes], { type: "image/png" });
    });
    if (await copyPicture(picture)) return this.copied("image");
    throw new Error("This editor lets no page put pictures on the clipboard; save it as PNG instead.");
  }

  private copied(kind: CopyKind): string {
    const what = {
      image: "The picture",
      command: "A command line that gives the numbers",
      python: "TransformerLens Python that reads the numbers",
    };
    return `${what[kind]} of “${this.title.textContent}” is on the clipboard.`;
  }

  private async content(format: Exclude<SaveFormat, "npz">): Promise<string> {
    const facts = this.facts();
    if (format === "csv") return commentLines(facts) + toCsv(this.options.table());
    if (format === "json") return this.json(facts);
    const source = this.svgSource();
    if (format === "svg") return svgWithFacts(source, facts);
    return pngWithText(await svgToPng(source), "introspect", JSON.stringify(facts));
  }

  private facts(): Facts {
    const source = this.context.source();
    const { name } = this.options;
    return exportFacts(name, source, commandOrNull(name, source));
  }

  private svgSource(): string {
    if (this.options.svg) return this.options.svg(this.smallPrint());
    const wasTable = this.asTable;
    this.picture.hidden = false;
    try {
      return pictureSvg(this.picture, this.smallPrint());
    } finally {
      this.picture.hidden = wasTable;
    }
  }

  private json(facts: Facts): string {
    // Data as the command line prints them; pictures and tables say which unit they are in.
    const body = { ...facts, logUnit: "nats", data: this.options.data() };
    return `${JSON.stringify(body, plainArrays, 2)}\n`;
  }

  /** Title, model, digest and what the model saw: what a reader of the exported picture has to know. */
  private smallPrint(): string {
    const { model, document, ran, made } = this.context.source();
    const parts = [
      this.title.textContent,
      document,
      model && modelName(model),
      model && shortDigest(model),
      ran,
      made && `Introspect ${made.version}`,
    ];
    return parts.filter(Boolean).join(" · ");
  }
}

function tool(label: string, action: () => void): HTMLButtonElement {
  const element = h("button", { type: "button", class: "tool" }, label);
  element.addEventListener("click", action);
  return element;
}
