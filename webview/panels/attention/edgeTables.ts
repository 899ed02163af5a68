/** One edge as tables. */
import { blockModes, type WhyAttention } from "../../../src/protocol/attentionEdge";
import type { ChosenEdge } from "../../../src/protocol/panelApi";
import { aboutToken } from "../../shared/about";
import { headName } from "../../shared/format";
import type { TableData } from "../../shared/table";
import { visibleText } from "../../shared/tokenText";
import { inLogUnit, logUnit } from "../../shared/logUnit";

const edgeName = ({
  layer,
  head,
  query,
  key,
}: Pick<ChosenEdge, "layer" | "head" | "query" | "key">): string =>
  `${headName(layer, head)} from position ${query} to ${key}`;

/** One row per pair that came, the rest, and their sum. */
export function whyTable(why: WhyAttention): TableData {
  const turned = why.rotation !== null;
  const rotation = (value: number | null | undefined): (number | null)[] => (turned ? [value ?? null] : []);
  return {
    caption: `Why edge ${edgeName(why)}: contributions to the score less its mean over the keys, ${aboutToken(why.about)}`,
    columns: ["query part", "key part", "contribution", ...(turned ? ["of it by rotation"] : [])],
    rows: [
      ...why.pairs.map((pair) => [pair.query, pair.key, pair.contribution, ...rotation(pair.rotation)]),
      ["others", "others", why.rest, ...rotation(null)],
      ["sum", "", why.sum, ...rotation(why.rotation)],
      ["score less mean", "", why.centred, ...rotation(null)],
    ],
  };
}

/** The block and each of its controls, for both kinds where they were asked for. */
export function blockTable(edge: ChosenEdge): TableData {
  const blocks = blockModes.flatMap((mode) => edge.blocks[mode] ?? []);
  const [first] = blocks;
  const name = (token: { text: string | null; id: number }): string => visibleText(token.text, token.id);
  return {
    caption: `Edge ${edgeName(edge)} blocked: changes of log-probability and logit difference, about the next token`,
    columns: [
      "blocked",
      "softmax",
      "weight",
      `log-probability${first ? ` of ${name(first.token)}` : ""} (${logUnit()})`,
      `logit difference${first ? ` to ${name(first.against)}` : ""}`,
    ],
    rows: blocks.flatMap((block) => [
      ["this edge", block.softmax, block.weight, inLogUnit(block.change.logProb), block.change.logitDiff],
      ...block.controls.map(({ head, key, weight, change }) => [
        `head ${head}, key ${key}`,
        block.softmax,
        weight,
        inLogUnit(change.logProb),
        change.logitDiff,
      ]),
    ]),
  };
}
