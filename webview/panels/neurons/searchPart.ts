/** Where a neuron is strong in other files: open ones, or all of the workspace, searched when asked. */
import { mostFilesSearched, type NeuronSearch } from "../../../src/protocol/neuronPanel";
import { fill, h } from "../../shared/dom";
import { Figure } from "../../shared/figure";
import { count, neuronName, number } from "../../shared/format";
import type { PageContext } from "../../shared/page";
import type { TableData } from "../../shared/table";
import { tokenFace } from "../../shared/tokenStrip";
import { visibleText } from "../../shared/tokenText";
import { button } from "../../shared/ui";
import { line, painted } from "./places";
import { ownScale } from "./ranking";

/** A part that is updated in place. */
export class SearchPart {
  readonly figure: Figure;
  private readonly says = h("p", { class: "note" });
  private readonly list = h("ul", {});
  private search: NeuronSearch | undefined;

  constructor(private readonly context: PageContext) {
    this.figure = new Figure(context, {
      name: "neuron-search",
      title: "In other files",
      table: () => searchTable(this.search),
      data: () => this.search ?? null,
    });
    const ask = (scope: NeuronSearch["scope"]) => () => context.host.ask("neurons/search", { scope });
    const buttons = h(
      "div",
      { class: "field-row no-export" },
      button("Search open files", ask("open")),
      button("Search the workspace", ask("workspace")),
    );
    this.figure.body.append(buttons, this.says, this.list);
  }

  /** Shows what was found so far. */
  update(search: NeuronSearch | undefined): void {
    this.search = search;
    fill(
      this.says,
      search
        ? searchSentence(search)
        : "Nothing is read until you ask. Excluded, binary and huge files are left out.",
    );
    const places = search?.places ?? [];
    const { scale } = ownScale(places.map(({ activation }) => activation));
    const items = places.map((place, i) => {
      const face = painted(tokenFace(place.token.text, place.token.id), scale(place.activation));
      const where = `${place.file}:${place.line}`;
      const element = h(
        "button",
        { type: "button", class: "place" },
        ...line(place, face),
        h("span", { class: "place-file muted" }, where),
      );
      element.setAttribute(
        "aria-label",
        `${number(place.activation)} on ${place.token.text ?? place.token.id} in ${place.file}, line ${place.line}, go there`,
      );
      element.addEventListener("click", () => this.context.host.ask("neurons/place", { place: i }));
      return h("li", {}, element);
    });
    // A place that has the focus keeps it while further files are read.
    const focused = [...this.list.querySelectorAll("button")].indexOf(
      document.activeElement as HTMLButtonElement,
    );
    fill(this.list, ...items);
    if (focused >= 0) this.list.querySelectorAll("button")[focused]?.focus();
    this.figure.changed();
  }
}

function searchSentence({ scope, read, total, leftOut, complete, places }: NeuronSearch): string {
  const where = scope === "open" ? "open files" : "files of the workspace";
  const cut = total >= mostFilesSearched ? ` Only the first ${count(mostFilesSearched)} are searched.` : "";
  const out = leftOut > 0 ? ` ${count(leftOut)} left out: binary, not UTF-8 or larger than a megabyte.` : "";
  const found =
    places.length === 0 && complete
      ? " Nowhere is it above zero."
      : " The strongest places, at most six of a file.";
  return `${count(read)} of ${count(total)} ${where} read${complete ? "" : " so far"}.${cut}${out}${found}`;
}

function searchTable(search: NeuronSearch | undefined): TableData {
  const name = search ? neuronName(search.layer, search.neuron) : "the neuron";
  return {
    caption: `Strongest places of ${name} in other files`,
    columns: ["file", "line", "activation", "before", "token", "after"],
    rows: (search?.places ?? []).map((p) => [
      p.file,
      p.line,
      p.activation,
      visibleText(p.before),
      visibleText(p.token.text, p.token.id),
      visibleText(p.after),
    ]),
  };
}
