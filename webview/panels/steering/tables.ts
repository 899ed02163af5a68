/** The steering page as tables. */
import { singleControls, type GenerateResult, type SteerResult } from "../../../src/protocol/edit";
import { aboutToken } from "../../shared/about";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { partsFrom, shuffledWords, singleWords } from "./words";
import { inLogUnit, logUnit } from "../../shared/logUnit";

/** Two texts that are compared. */
export type TextPair = Pick<SteerResult, "default" | "steered">;

/**
 * One row per new token: default and steered side by side.
 * @param of  which pair it is, where there are several
 */
export function continuationTable(result: TextPair, of = ""): TableData {
  const n = Math.max(result.default.ids.length, result.steered.ids.length);
  const half = (side: GenerateResult, i: number): (string | number | null)[] =>
    i < side.ids.length
      ? [
          visibleText(side.tokens[i] ?? null, side.ids[i]),
          Math.exp(side.logProbs[i]!),
          inLogUnit(side.logProbs[i]!),
        ]
      : [null, null, null];
  return {
    caption: `Default and steered continuation${of}, token by token; probabilities ${aboutToken(result.default.about)}`,
    columns: [
      "token",
      "default",
      "probability",
      `log-prob (${logUnit()})`,
      "steered",
      "probability",
      `log-prob (${logUnit()})`,
    ],
    rows: Array.from({ length: n }, (_, i) => [
      i + 1,
      ...half(result.default, i),
      ...half(result.steered, i),
    ]),
  };
}

/** One row per direction: its KL, where it leaves the default, what it says. */
export function controlTable(result: SteerResult): TableData {
  const row = (name: string, kl: number | null, side: GenerateResult): (string | number | null)[] => {
    const at = partsFrom(result.default, side);
    return [
      name,
      inLogUnit(kl),
      at === null ? null : at + 1,
      side.tokens.map((text, i) => visibleText(text, side.ids[i])).join(""),
    ];
  };
  return {
    caption: "The experiment and its controls",
    columns: ["direction", `KL (${logUnit()})`, "parts at token", "continuation"],
    rows: [
      row("steered", result.kl.steered, result.steered),
      row("zero strength", null, result.controls.zero),
      ...result.controls.isotropic.map((draw, i) =>
        row(`random ${i + 1}`, result.kl.isotropic[i] ?? null, draw),
      ),
      ...(result.controls.shuffled ?? []).map((draw, i) =>
        row(`${shuffledWords(result).one} ${i + 1}`, result.kl.shuffled?.[i] ?? null, draw),
      ),
      ...singleControls.flatMap((name) => {
        const text = result.controls[name];
        return text ? [row(singleWords(name, result).name, result.kl[name] ?? null, text)] : [];
      }),
    ],
  };
}
