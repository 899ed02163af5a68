/** Where else a neuron is strong: in this file (each place leads there) and in the model's records. */
import { isCounted } from "../../../src/protocol/model";
import type { NeuronCard } from "../../../src/protocol/neurons";
import type { NeuronsPanelData } from "../../../src/protocol/panelApi";
import { h } from "../../shared/dom";
import { number } from "../../shared/format";
import { tokenFace } from "../../shared/tokenStrip";
import { visibleText } from "../../shared/tokenText";
import { ownScale } from "./ranking";

const AROUND = 22;

const before = (text: string): string => {
  const characters = [...visibleText(text || " ")];
  return text === ""
    ? ""
    : characters.length > AROUND
      ? `…${characters.slice(-AROUND).join("")}`
      : characters.join("");
};

const after = (text: string): string => {
  const characters = [...visibleText(text || " ")];
  return text === ""
    ? ""
    : characters.length > AROUND
      ? `${characters.slice(0, AROUND).join("")}…`
      : characters.join("");
};

/** A place as a line of text. */
export interface Line {
  readonly before: string;
  readonly after: string;
  readonly activation: number;
}

/** The activation, and the token between what stands around it. */
export function line(place: Line, token: HTMLElement): readonly HTMLElement[] {
  return [
    h("span", { class: "place-activation num" }, number(place.activation)),
    h(
      "span",
      { class: "place-text mono" },
      h("span", { class: "muted" }, before(place.before)),
      token,
      h("span", { class: "muted" }, after(place.after)),
    ),
  ];
}

/** A token on the ground of its activation. */
export function painted(face: HTMLElement, paint: { ground: string; text: string }): HTMLElement {
  face.classList.add("place-token");
  face.style.backgroundColor = paint.ground;
  face.style.color = paint.text;
  return face;
}

/** What was searched where that is less than the file, and what nothing found then means. */
const SEARCHED = {
  window: { none: "Nowhere else in the text that was run.", note: "Searched so far: the text that was run." },
  part: {
    none: "Nowhere else in the part that was searched.",
    note: "The file is long: only a part around the selection was searched.",
  },
  file: { none: "Nowhere else in this file.", note: null },
} as const;

/** Places elsewhere in the text, each a button that goes there. */
export function placeList(
  card: NeuronCard,
  searched: NeuronsPanelData["searched"],
  onReveal: (start: number, end: number) => void,
): HTMLElement {
  const { tokens, context } = card.window;
  const { scale } = ownScale(card.activations.filter((_, i) => tokens[i] && isCounted(tokens[i], i)));
  const items = card.places.map((place) => {
    const face = painted(tokenFace(place.token.text, place.token.id), scale(place.activation));
    const element = h("button", { type: "button", class: "place" }, ...line(place, face));
    element.setAttribute(
      "aria-label",
      `${number(place.activation)} on ${place.token.text ?? place.token.id}, go there`,
    );
    element.addEventListener("click", () => onReveal(place.token.start, place.token.end));
    return h("li", {}, element);
  });
  const { none, note } = SEARCHED[searched];
  const body = items.length > 0 ? h("ul", {}, ...items) : h("p", { class: "muted" }, none);
  return h(
    "section",
    { class: "figure" },
    h("h2", { class: "figure-title" }, "Elsewhere in this file"),
    body,
    note === null ? null : h("p", { class: "note" }, note),
    // Selected text may be run alone; the file's other places have no selection to be run by.
    context === "document"
      ? null
      : h("p", { class: "note" }, "Each of these places was read with the text before it."),
  );
}

/** Places in the model's own records; nothing without records. */
export function recordList(card: NeuronCard): HTMLElement | null {
  if (card.recordPlaces.length === 0) return null;
  const { scale } = ownScale(card.recordPlaces.map((place) => place.activation));
  const items = card.recordPlaces.map((place) => {
    const face = painted(tokenFace(place.token), scale(place.activation));
    return h("li", { class: "place" }, ...line(place, face));
  });
  return h(
    "section",
    { class: "figure" },
    h("h2", { class: "figure-title" }, "In the model’s records"),
    h("ul", {}, ...items),
  );
}
