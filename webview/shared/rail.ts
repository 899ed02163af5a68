/** The inspector rail: the one place that shows details of what is hovered or selected. */
import { fill, h, type Child } from "./dom";

/** A rail; its place is set by the page's style: beside the pictures where there is room, else beneath. */
export class Rail {
  readonly element: HTMLElement;
  private readonly body: HTMLElement;
  private readonly title: HTMLElement;
  private back: (() => void) | null = null;

  constructor() {
    this.title = h("h2", { class: "rail-title" });
    this.body = h("div", { class: "rail-body" });
    this.element = h("aside", { class: "rail", "aria-label": "Details" }, this.title, this.body);
  }

  /** Replaces what the rail shows. */
  show(title: readonly Child[], ...body: readonly Child[]): void {
    if (this.back) return;
    fill(this.title, ...title);
    fill(this.body, ...body);
  }

  /** True while the keys' help covers the details. */
  get held(): boolean {
    return this.back !== null;
  }

  /** Shows something until `release`, whatever is hovered meanwhile; `restore` then draws the details again. */
  hold(title: string, body: Child, restore: () => void): void {
    this.back = null;
    this.show([title], body);
    this.back = restore;
  }

  /** Ends `hold`. */
  release(): void {
    const restore = this.back;
    this.back = null;
    restore?.();
  }
}

/** A name and its value, one below the other in a rail: `<dl>`. */
export function facts(rows: readonly (readonly [name: string, value: Child])[]): HTMLElement {
  const list = h("dl", { class: "facts" });
  for (const [name, value] of rows) list.append(h("dt", {}, name), h("dd", {}, value));
  return list;
}
