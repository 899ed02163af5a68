/** The controls of an experiment: zero strength, both nulls as strips, and each control's text as a small multiple. */
import { singleControls, type GenerateResult, type SteerResult } from "../../../src/protocol/edit";
import { klStrip } from "../../plots/klStrip";
import { h } from "../../shared/dom";
import { number } from "../../shared/format";
import { inLogUnit, logUnit } from "../../shared/logUnit";
import { theme } from "../../shared/theme";
import { visibleText } from "../../shared/tokenText";
import {
  isSame,
  normSentence,
  nullSentence,
  pairSentence,
  shuffledWords,
  partsFrom,
  singleWords,
  zeroSentence,
} from "./words";

/** Everything that vouches for the result, or does not. */
export function controlParts(result: SteerResult, width: number): readonly HTMLElement[] {
  const good = isSame(result.default, result.controls.zero);
  const verdict = h(
    "p",
    { class: good ? "verdict" : "verdict bad" },
    h("span", { "aria-hidden": "true" }, good ? "✓ " : "✗ "),
    zeroSentence(result),
  );
  const norm = h("p", { class: "num" }, normSentence(result));
  const compared = h("p", {}, nullSentence(result));
  // That the edit changed no word is said before all else.
  const parts: HTMLElement[] =
    result.partsAt === null ? [compared, verdict, norm] : [verdict, norm, compared];
  const { isotropic, shuffled = [] } = result.kl;
  parts.push(
    ...strip(result, { draws: isotropic, what: "random directions", each: "a random direction", width }),
  );
  const pairs = pairSentence(result);
  if (pairs !== null) parts.push(h("p", { class: "control-words" }, pairs));
  parts.push(...strip(result, { draws: shuffled, ...shuffledWords(result), width }));
  return parts;
}

interface StripOf {
  readonly draws: readonly number[];
  readonly what: string;
  readonly each: string;
  readonly width: number;
}

function strip({ kl }: SteerResult, { draws, what, each, width }: StripOf): HTMLElement[] {
  if (draws.length === 0) return [];
  const options = { width: Math.min(width, 520), theme: theme(), unit: logUnit(), what };
  const chart = klStrip(inLogUnit(kl.steered), draws.map(inLogUnit), options);
  const caption = `KL(default ‖ steered) of the first new token; each tick is ${each}.`;
  return [h("figure", { class: "kl" }, chart, h("figcaption", { class: "note" }, caption))];
}

interface Multiple {
  readonly name: string;
  readonly title?: string;
  readonly kl: number | undefined;
  readonly text: GenerateResult;
}

/** Each control's continuation in small, dim as far as it says what the default says. */
export function multiples(result: SteerResult): HTMLElement {
  const { controls, kl } = result;
  const single = singleControls.flatMap((name): Multiple[] => {
    const text = controls[name];
    return text ? [{ ...singleWords(name, result), kl: kl[name], text }] : [];
  });
  const numbered = (texts: readonly GenerateResult[], of: readonly number[] = []): Multiple[] =>
    texts.map((text, i) => ({ name: `${i + 1}`, kl: of[i], text }));
  const { what } = shuffledWords(result);
  const lists = [
    list("Other ways", single, result),
    list("Random directions", numbered(controls.isotropic, kl.isotropic), result),
    list(`${what[0]!.toUpperCase()}${what.slice(1)}`, numbered(controls.shuffled ?? [], kl.shuffled), result),
  ];
  return h("div", {}, ...lists.flat());
}

function list(title: string, all: readonly Multiple[], result: SteerResult): HTMLElement[] {
  if (all.length === 0) return [];
  const items = all.map((one) => multiple(one, result));
  const heading = h("h3", { class: "part-title multiples-title" }, title);
  return [heading, h("ul", { class: "multiples", "aria-label": title }, ...items)];
}

function multiple({ name, title, kl, text }: Multiple, result: SteerResult): HTMLElement {
  const at = partsFrom(result.default, text);
  const tokens = text.ids.map((id, j) => visibleText(text.tokens[j] ?? null, id));
  // Each token stays whole, so that lines break between tokens only.
  const bits = (from: number, to: number): HTMLElement[] =>
    tokens.slice(from, to).map((token) => h("span", { class: "bit" }, token));
  const end = at ?? tokens.length;
  const facts = [
    ...(kl === undefined ? [] : [`KL ${number(inLogUnit(kl))}`]),
    at === null ? "same" : `parts at ${at + 1}`,
  ];
  return h(
    "li",
    { class: "multiple" },
    h(
      "span",
      { class: "multiple-head num", title },
      name,
      h("span", { class: "muted" }, ` ${facts.join(" · ")}`),
    ),
    h(
      "span",
      { class: "multiple-text mono" },
      h("span", { class: "muted" }, ...bits(0, end)),
      h("mark", {}, ...bits(end, tokens.length)),
    ),
  );
}
