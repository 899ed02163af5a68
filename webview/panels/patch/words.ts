/** Sentences and names of the patch page. */
import type { PatchAlignment, PatchMap, PatchPlace } from "../../../src/protocol/patch";
import type { PatchPanelData } from "../../../src/protocol/panelApi";
import { number, percent } from "../../shared/format";
import { quoted } from "../../shared/tokenText";

/** What each place is called. */
export const placeNames: Readonly<Record<PatchPlace, string>> = {
  resid: "Residual stream before the block",
  attn: "Attention output",
  mlp: "MLP output",
};

/** How the texts stand to each other. */
export function alignmentSentence({ base, source, alignment, patched }: PatchPanelData): string {
  const [n, m] = [base.ids.length - base.from, source.ids.length - source.from];
  const how: Readonly<Record<PatchAlignment["kind"], string>> = {
    equal: `Both texts have ${n} tokens: one to one.`,
    spans: `The source has ${m} tokens, the base ${n}: aligned where they begin and end alike, and at the last token of what differs between. Tokens without a partner are not patched.`,
    given: `The source has ${m} tokens, the base ${n}: aligned as asked.`,
  };
  const skipped =
    alignment.same > 0
      ? ` The first ${alignment.same} are the same in both, so nothing can differ there.`
      : "";
  return `${how[alignment.kind]}${skipped} ${patched.length} positions are patched.${before(base.from, source.from)}`;
}

/** What stands before the texts and is left as it is. */
function before(base: number, source: number): string {
  if (base === 0 && source === 0) return "";
  const tokens = (n: number): string => (n === 1 ? "1 token" : `${n} tokens`);
  return base === source
    ? ` ${tokens(base)} stand before either text and are not patched.`
    : ` ${tokens(base)} stand before the base, ${tokens(source)} before the source; they are not patched.`;
}

/** The measure, and what it is in either run. */
export function measureSentence({ token, against, movedMost, base, source }: PatchPanelData): string {
  const [to, from] = [quoted(token.text, token.id), quoted(against.text, against.id)];
  const why = movedMost
    ? ` Both texts go on with ${quoted(base.answer.text, base.answer.id)}: of the likeliest tokens, these are the ones that the source raises and lowers most.`
    : "";
  return `Measure: logit of ${to} less logit of ${from} at the end.${why} Base ${number(base.measure)}, source ${number(source.measure)}.`;
}

/** How the map stands to that of random values. */
export function noiseSentence({ noiseMap }: PatchMap): string {
  return `In ${percent(noiseMap.exceeded)} of the cells the patch moves the measure more than the random value there does.`;
}

/** The check and the control of one map. */
export function controlSentence({ self, noise }: PatchMap): string {
  const check =
    self.largest === 0
      ? `The base’s own values patched into it change nothing, exactly (${self.n} cells).`
      : `The base’s own values patched into it change up to ${number(self.largest)} (${self.n} cells): do not trust smaller effects.`;
  return `${check} The largest effect, ${number(noise.effect)}, is larger than ${percent(noise.percentile)} of ${noise.draws.length} random values as far away in the same cell (ticks).`;
}
