/** A reading of a neuron as it is shown: the tokens it names drawn as tokens. */
import type { Explanation } from "../../../src/protocol/neurons";
import { h, type Child } from "../../shared/dom";
import { tokenFace } from "../../shared/tokenStrip";
import { explanationText, isExplained } from "./words";

/** The reading in an element of the given class; tokens in it stand in quotation marks, written as JSON strings. */
export function reading(explanation: Explanation, className: string): HTMLElement {
  if (!isExplained(explanation)) {
    return h("span", { class: `${className} unexplained` }, explanationText(explanation));
  }
  return h("span", { class: className }, ...parts(explanation.text));
}

function parts(text: string): readonly Child[] {
  const children: Child[] = [];
  let end = 0;
  for (const match of text.matchAll(/"(?:[^"\\]|\\.)*"/g)) {
    const token = unquoted(match[0]);
    if (token === null) continue;
    // The space before a token stays, the comma after one gives way to the token's own edge.
    children.push(text.slice(end, match.index).replace(/^, /, " "), said(token));
    end = match.index + match[0].length;
  }
  children.push(text.slice(end));
  return children;
}

function unquoted(quoted: string): string | null {
  try {
    const value: unknown = JSON.parse(quoted);
    return typeof value === "string" ? value : null;
  } catch {
    return null;
  }
}

function said(token: string): HTMLElement {
  const face = tokenFace(token);
  face.classList.add("said");
  return face;
}
