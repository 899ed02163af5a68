/** Head scores that are kept while someone looks from head to head over one text. */
import type { HeadScores } from "../../protocol/attention";

/** Scores of the ids looked at last; the caller keeps one object per model. */
export class HeadScoreCache {
  private ids: readonly number[] = [];
  private scores: readonly HeadScores[] | undefined;

  /** The scores of these ids, where they are the ones kept. */
  get(ids: readonly number[]): readonly HeadScores[] | undefined {
    const same = ids.length === this.ids.length && ids.every((id, i) => id === this.ids[i]);
    return same ? this.scores : undefined;
  }

  /** Keeps the scores of these ids in place of the former ones. */
  put(ids: readonly number[], scores: readonly HeadScores[]): void {
    this.ids = [...ids];
    this.scores = scores;
  }
}
