/** What a person chooses about a patch: the two tokens that are measured, and which positions correspond. */
import type { PatchAlign, PatchChoice, PatchTexts } from "../../../src/protocol/patch";
import type { AskedToken } from "../../../src/protocol/neuronEffects";
import { pairsText, readPairs } from "../../../src/protocol/patchPairs";
import { fill, h, setText } from "../../shared/dom";
import { tokenFace } from "../../shared/tokenStrip";
import { visibleText } from "../../shared/tokenText";
import { button, Dropdown, TextField } from "../../shared/ui";

type AlignKind = "found" | "front" | "end" | "pairs";

const alignments: readonly { readonly value: AlignKind; readonly label: string }[] = [
  { value: "found", label: "found from the tokens" },
  { value: "front", label: "one to one from the start" },
  { value: "end", label: "one to one from the end" },
  { value: "pairs", label: "pairs of positions" },
];

/** A form that is filled with what holds, and asks when its button or Enter is pressed. */
export class ChoicePart {
  readonly element: HTMLElement;
  private readonly token = new TextField("Token", () => this.ask());
  private readonly minus = new TextField("less token", () => this.ask());
  private readonly pairs = new TextField("Pairs", () => this.ask());
  private readonly align = new Dropdown("Alignment", (value) => this.chooseKind(value));
  private readonly wrong = h("p", { class: "choice-wrong", role: "alert" });
  private readonly positions = h("div", { class: "choice-positions" });
  private readonly pairsPart: HTMLElement;
  private kind: AlignKind = "found";
  private shown = "";

  constructor(private readonly choose: (choice: PatchChoice) => void) {
    this.pairsPart = h(
      "div",
      { class: "choice-pairs" },
      this.pairs.element,
      h("p", { class: "note" }, "Base before source, as in 3:3, 4:6; positions:"),
      this.positions,
    );
    this.element = h(
      "div",
      { class: "patch-choice no-export", role: "group", "aria-label": "Tokens and alignment" },
      h("div", { class: "controls" }, this.token.element, this.minus.element, this.align.element),
      this.pairsPart,
      h(
        "p",
        { class: "note" },
        "A token is a text that is one, often with a leading space, or #ID; left empty, the answers of the two texts are measured.",
      ),
      this.wrong,
      h(
        "div",
        { class: "actions" },
        button("Patch", () => this.ask(), "primary"),
      ),
    );
    this.drawKind();
  }

  /** Fills the form with what was chosen, unless that is what it shows: what somebody types stays. */
  update(choice: PatchChoice, texts: PatchTexts): void {
    const shown = JSON.stringify([choice, texts.base.ids, texts.source.ids]);
    if (shown === this.shown) return;
    this.shown = shown;
    this.token.value = tokenWords(choice.token);
    this.minus.value = tokenWords(choice.minus);
    const { align } = choice;
    this.kind = align === undefined ? "found" : typeof align === "string" ? align : "pairs";
    this.pairs.value = typeof align === "object" ? pairsText(align) : "";
    setText(this.wrong, "");
    fill(this.positions, positionsOf("source", texts.source), positionsOf("base", texts.base));
    this.drawKind();
  }

  private chooseKind(value: string): void {
    this.kind = alignments.find((one) => one.value === value)?.value ?? "found";
    this.drawKind();
  }

  private drawKind(): void {
    this.align.update(alignments, this.kind);
    this.pairsPart.hidden = this.kind !== "pairs";
  }

  private ask(): void {
    const align = this.asked();
    if (align === null) return;
    const [token, minus] = [askedToken(this.token.value), askedToken(this.minus.value)];
    this.choose({
      ...(token === undefined ? {} : { token }),
      ...(minus === undefined ? {} : { minus }),
      ...(align === undefined ? {} : { align }),
    });
  }

  /** The alignment; undefined where it is to be found, null where it is written wrongly. */
  private asked(): PatchAlign | undefined | null {
    setText(this.wrong, "");
    if (this.kind === "found") return undefined;
    if (this.kind !== "pairs") return this.kind;
    const pairs = readPairs(this.pairs.value);
    if (!("wrong" in pairs)) return pairs;
    const said =
      pairs.wrong === "" ? "Write pairs of positions." : `“${pairs.wrong}” is no pair of positions.`;
    setText(this.wrong, said);
    return null;
  }
}

const tokenWords = (token: AskedToken | undefined): string =>
  token === undefined ? "" : typeof token === "number" ? `#${token}` : token;

function askedToken(text: string): AskedToken | undefined {
  if (text === "") return undefined;
  return /^#\d{1,9}$/.test(text) ? Number(text.slice(1)) : text;
}

/** A text's tokens with the positions that pairs are made of. */
function positionsOf(name: "base" | "source", { tokens, from }: PatchTexts["base"]): HTMLElement {
  const list = tokens
    .slice(from)
    .map((token, i) =>
      h(
        "li",
        { title: visibleText(token.text, token.id) },
        h("span", { class: "muted num" }, `${from + i} `),
        tokenFace(token.text, token.id),
      ),
    );
  return h("div", {}, h("span", { class: "muted" }, name), h("ol", { "aria-label": name }, ...list));
}
