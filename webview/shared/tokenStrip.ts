/** The token strip: a text as tokens, any scalar painted on it. The one component every panel begins with. */
import type { OffsetRange } from "../../src/protocol/engineApi";
import { fill, h, setAttributes, setText } from "./dom";
import type { PointedToken } from "./pointed";
import { roving, type Roving } from "./roving";
import type { Paint } from "./scales";
import { theme } from "./theme";
import { pieces, sharedCharacter, spokenText } from "./tokenText";

/** One token of a strip. */
export interface StripToken {
  readonly id: number;
  readonly text: string | null;
  readonly start: number;
  readonly end: number;
  readonly special?: true | undefined;
  /** Of a custom prefix: drawn dim, in no document. */
  readonly prefix?: true | undefined;
  /** Written by the model: dotted below, in no document. */
  readonly generated?: true | undefined;
  /** Painted through the strip's scale; null has no value and is hatched; undefined is left unpainted. */
  readonly value?: number | null | undefined;
  /** A number under the token. */
  readonly under?: string | undefined;
  /** "part": here two texts part; "selected": in the selection; "query": the row that is shown; "dim": not part of the result. */
  readonly mark?: "part" | "selected" | "query" | "dim" | undefined;
  /** What a screen reader says after the token. */
  readonly says?: string | undefined;
}

/** How a strip is named and painted. */
export interface StripOptions {
  readonly label: string;
  /** Paint of a value; values are scaled by the caller. */
  readonly scale?: (value: number) => Paint;
  /** Position 0 and added tokens are hatched when the strip starts at the window's start. */
  readonly startsAtZero?: boolean;
  /** New lines where the text has them. */
  readonly lines?: boolean;
  readonly onInspect?: (index: number) => void;
  readonly onChoose?: (index: number) => void;
  /** For tokens of the document: where one points, here and elsewhere. */
  readonly pointed?: PointedToken;
}

/** A strip that is updated in place: what did not change is not touched. */
export class TokenStrip {
  readonly element: HTMLElement;
  private readonly roving: Roving;
  private items: HTMLElement[] = [];
  private drawn: string[] = [];
  private tokens: readonly StripToken[] = [];

  constructor(private options: StripOptions) {
    this.element = h("div", {
      class: options.lines ? "strip lines" : "strip",
      role: "listbox",
      "aria-label": options.label,
    });
    this.element.setAttribute("aria-orientation", "horizontal");
    this.roving = roving(this.element, {
      items: () => this.items,
      columns: () => 0,
      onInspect: (index) => {
        const token = this.tokens[index];
        if (token) options.pointed?.point(placeOf(token));
        this.options.onInspect?.(index);
      },
      onChoose: (index) => this.options.onChoose?.(index),
    });
    this.element.addEventListener("pointerleave", () => options.pointed?.point(null));
    options.pointed?.onChange(() => this.markPointed());
  }

  /** Shows these tokens; options given here replace the earlier ones. */
  update(tokens: readonly StripToken[], options: Partial<StripOptions> = {}): void {
    this.options = { ...this.options, ...options };
    this.tokens = tokens;
    setAttributes(this.element, { "aria-label": this.options.label });
    const groups = sharedCharacter(tokens);
    const drawn = tokens.map((t, i) =>
      JSON.stringify([t.id, t.text, t.special, groups[i], t.under !== undefined]),
    );
    if (drawn.length !== this.drawn.length || drawn.some((key, i) => key !== this.drawn[i])) {
      this.rebuild(tokens, groups);
      this.drawn = drawn;
    }
    for (const [i, token] of tokens.entries()) this.paint(this.items[i]!, token, i);
    this.markPointed();
    this.roving.refresh();
  }

  private markPointed(): void {
    const { pointed } = this.options;
    if (pointed)
      for (const [i, item] of this.items.entries())
        item.classList.toggle("pointed", pointed.isAt(this.tokens[i]!));
  }

  /** Makes a token the one that Tab leads to, unless one of them has the focus. */
  rest(index: number): void {
    this.roving.rest(index);
  }

  /** Moves the focus to a token. */
  focus(index: number): void {
    this.roving.focus(index);
  }

  /** Brings a token into view by scrolling `box` alone: neither the page nor the focus moves. */
  reveal(index: number, box: HTMLElement): void {
    const item = this.items[index];
    if (!item) return;
    const offset = item.getBoundingClientRect().top - box.getBoundingClientRect().top;
    if (offset < 0 || offset > box.clientHeight - item.offsetHeight)
      box.scrollTop += offset - box.clientHeight / 3;
  }

  private rebuild(tokens: readonly StripToken[], groups: ReturnType<typeof sharedCharacter>): void {
    this.items = tokens.map((token, i) => {
      const item = h(
        "span",
        { class: "token", role: "option" },
        tokenFace(token.text, token.id, this.options.lines),
      );
      if (token.under !== undefined) item.append(h("span", { class: "under" }));
      if (groups[i]) {
        item.classList.add("shared", `shared-${groups[i]}`);
        item.append(h("span", { class: "bracket", "aria-hidden": "true" }));
      }
      return item;
    });
    // In lines, tokens are plain inline text, so that one may begin on a line and end on the next; they part at their ends.
    fill(this.element, ...this.items.flatMap((item) => (this.options.lines ? [item, h("wbr")] : [item])));
  }

  private paint(item: HTMLElement, token: StripToken, index: number): void {
    const { scale, startsAtZero } = this.options;
    const hatched = token.special === true || (startsAtZero === true && index === 0) || token.value === null;
    item.classList.toggle("hatched", hatched);
    const paint = !hatched && scale && typeof token.value === "number" ? scale(token.value) : null;
    applyPaint(item, paint, hatched ? null : (token.value ?? null));
    for (const mark of ["part", "selected", "query", "dim"] as const) {
      item.classList.toggle(`mark-${mark}`, token.mark === mark);
    }
    item.classList.toggle("of-prefix", token.prefix === true);
    item.classList.toggle("generated", token.generated === true);
    const where = token.prefix ? "of the prefix" : token.generated ? "written by the model" : undefined;
    setAttributes(item, {
      "aria-label": [spokenText(token.text, token.id), where, token.says].filter(Boolean).join(", "),
      "aria-selected": token.mark === "selected" || token.mark === "query" ? "true" : "false",
    });
    const under = item.querySelector(".under");
    if (under) setText(under, token.under ?? "");
  }
}

/** Where a token stands in its document; null where it stands in none. */
export function placeOf({
  start,
  end,
  prefix,
}: Pick<StripToken, "start" | "end" | "prefix">): OffsetRange | null {
  return prefix || start >= end ? null : { start, end };
}

/** Paints an element's ground and text; in high contrast the size of the value is drawn as a bar too. */
export function applyPaint(element: HTMLElement, paint: Paint | null, value: number | null): void {
  const ground = paint?.ground ?? "";
  if (element.style.backgroundColor !== ground) {
    element.style.backgroundColor = ground;
    element.style.color = paint?.text ?? "";
  }
  const bar = theme().highContrast && value !== null && paint ? String(Math.min(1, Math.abs(value))) : "";
  element.style.setProperty("--bar", bar);
  element.classList.toggle("barred", bar !== "");
  element.classList.toggle("negative", bar !== "" && value !== null && value < 0);
}

/** A token's text as it is drawn everywhere: signs for what is invisible, dim; `lines` breaks after each new line's sign. */
export function tokenFace(text: string | null, id?: number, lines = false): HTMLElement {
  const face = h("span", { class: "face" });
  for (const piece of pieces(text, id)) {
    if (piece.kind === "plain") face.append(piece.text);
    else if (!lines) face.append(h("span", { class: piece.kind }, piece.text));
    else {
      for (const part of piece.text.split(/(?<=↵)/)) {
        face.append(h("span", { class: piece.kind }, part));
        if (part.endsWith("↵")) face.append(h("br"));
      }
    }
  }
  return face;
}
