/** A picture with its title, its key, its table and its export: the frame of every plot. */
import type { ModelInfo } from "../../src/protocol/model";
import { modelName, shortDigest } from "./badge";
import { fill, h, setText } from "./dom";
import type { Host } from "./host";
import { pictureSvg, svgToPng } from "./picture";
import { tableElement, toCsv, type TableData } from "./table";

/** What a figure draws on: the host for exports, and what the current picture is of. */
export interface FigureContext {
  readonly host: Host;
  readonly announce: (text: string) => void;
  readonly source: () => FigureSource;
}

/** What a picture is of: every export says it. */
export interface FigureSource {
  readonly model: ModelInfo | undefined;
  readonly document: string | undefined;
  /** What the model saw, in words; null where there is no result. */
  readonly ran: string | null;
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

type Format = "png" | "svg" | "csv" | "json";

/** A figure; the panel fills `body` and calls `changed` when the data is new. */
export class Figure {
  readonly element: HTMLElement;
  readonly body = h("div", { class: "figure-body" });
  readonly key = h("div", { class: "figure-key" });
  private readonly title: HTMLElement;
  private readonly picture: HTMLElement;
  private readonly tablePlace = h("div", { class: "figure-table" });
  private readonly tableButton: HTMLButtonElement;
  private readonly exportChoices: HTMLElement;
  private readonly exportButton: HTMLButtonElement;

  constructor(
    private readonly context: FigureContext,
    private readonly options: FigureOptions,
  ) {
    this.title = h("h2", { class: "figure-title", id: `title-${options.name}` }, options.title);
    this.tableButton = tool("Table", () => this.showTable(!this.asTable));
    this.tableButton.setAttribute("aria-pressed", "false");
    this.tableButton.setAttribute("aria-label", `Show ${options.title} as table`);
    this.exportButton = tool("Export", () => this.openExport(this.exportChoices.hidden));
    this.exportButton.setAttribute("aria-expanded", "false");
    this.exportButton.setAttribute("aria-label", `Export ${options.title}`);
    const formats: readonly Format[] = ["png", "svg", "csv", "json"];
    this.exportChoices = h(
      "span",
      { class: "export-choices", hidden: true },
      ...formats.map((format) => tool(format.toUpperCase(), () => void this.save(format))),
    );
    const tools = h(
      "div",
      { class: "tools no-export" },
      this.tableButton,
      this.exportButton,
      this.exportChoices,
    );
    this.picture = h("div", { class: "figure-picture" }, this.body, this.key);
    this.element = h(
      "section",
      { class: `figure figure-${options.name}`, "aria-labelledby": `title-${options.name}` },
      h("div", { class: "figure-head" }, this.title, tools),
      this.picture,
      this.tablePlace,
    );
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !this.exportChoices.hidden) {
        event.stopPropagation();
        this.openExport(false);
        this.exportButton.focus();
      }
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

  private openExport(open: boolean): void {
    this.exportChoices.hidden = !open;
    this.exportButton.setAttribute("aria-expanded", String(open));
    if (open) this.exportChoices.querySelector("button")?.focus();
  }

  private async save(format: Format): Promise<void> {
    try {
      const content = await this.content(format);
      const name = `introspect-${this.options.name}`;
      const encoding = format === "png" ? "base64" : "utf8";
      await this.context.host.request("export/save", { name, format, content, encoding });
      this.openExport(false);
      this.context.announce(`${this.options.title} as ${format.toUpperCase()}: choose where to save it.`);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      this.context.announce(`${this.options.title} could not be exported. ${why}`);
    }
  }

  private async content(format: Format): Promise<string> {
    if (format === "csv") return toCsv(this.options.table());
    if (format === "json") return this.json();
    const source = this.svgSource();
    return format === "svg" ? source : svgToPng(source);
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

  private json(): string {
    const { model, document, ran } = this.context.source();
    const of = model ? { path: model.path, family: model.family, digest: model.digest } : null;
    const body = {
      picture: this.options.name,
      model: of,
      document: document ?? null,
      ran,
      // Data as the command line prints them; pictures and tables say which unit they are in.
      logUnit: "nats",
      data: this.options.data(),
    };
    return `${JSON.stringify(body, null, 2)}\n`;
  }

  /** Title, model, digest and what the model saw: what a reader of the exported picture has to know. */
  private smallPrint(): string {
    const { model, document, ran } = this.context.source();
    const parts = [
      this.title.textContent,
      document,
      model && modelName(model),
      model && shortDigest(model),
      ran,
    ];
    return parts.filter(Boolean).join(" · ");
  }
}

function tool(label: string, action: () => void): HTMLButtonElement {
  const element = h("button", { type: "button", class: "tool" }, label);
  element.addEventListener("click", action);
  return element;
}
