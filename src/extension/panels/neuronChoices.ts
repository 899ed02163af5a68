/** What neurons are ranked by and measured on: chosen in the page, stored with what was looked at. */
import { decodeEffectChoice, decodeRankChoice } from "../../protocol/decodeNeurons";
import type { EffectChoice } from "../../protocol/neuronEffects";
import type { RankChoice } from "../../protocol/neurons";

/** What holds for another text too: how neurons are taken out, and how far they are amplified. */
const keptOf = ({ ablation, strongest }: EffectChoice): EffectChoice => ({
  ...(ablation ? { ablation } : {}),
  ...(strongest === undefined ? {} : { strongest }),
});

/** The choices as they are now. */
export class NeuronChoices {
  ranked: RankChoice = { by: "z" };
  effect: EffectChoice = {};
  /** Of a text that is looked at again: its positions and tokens are meant. */
  private recalled = false;

  /** Another text is run: positions and tokens of the one before are let go, unless it is the one they were stored with. */
  begin(): void {
    if (!this.recalled) {
      this.effect = keptOf(this.effect);
      const { by, effect } = this.ranked;
      if (effect) this.ranked = { by, effect: keptOf(effect) };
    }
    this.recalled = false;
  }

  /** Plain values to store. */
  stored(): Readonly<Record<string, unknown>> {
    return { ranked: this.ranked, effect: this.effect };
  }

  /** Takes stored values back; those of another version are let be. */
  recall({ ranked, effect }: Readonly<Record<string, unknown>>): void {
    if (ranked === undefined || effect === undefined) return;
    try {
      const choices = [decodeRankChoice(ranked, "ranked"), decodeEffectChoice(effect, "effect")] as const;
      [this.ranked, this.effect] = choices;
      this.recalled = true;
    } catch {
      // Another version stored it.
    }
  }
}
