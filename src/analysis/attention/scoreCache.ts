/** Head scores that are kept while someone looks from head to head over one text. */
import type { HeadScores, HeadThumbnails } from "../../protocol/attention";

/** Scores of the ids looked at last; the caller keeps one object per model. */
export class HeadScoreCache {
  private ids: readonly number[] = [];
  private scores: readonly HeadScores[] | undefined;
  private pictures: { readonly positions: readonly number[]; readonly made: HeadThumbnails } | undefined;

  /** The scores of these ids, where they are the ones kept. */
  get(ids: readonly number[]): readonly HeadScores[] | undefined {
    return isSame(ids, this.ids) ? this.scores : undefined;
  }

  /** Keeps the scores of these ids in place of the former ones. */
  put(ids: readonly number[], scores: readonly HeadScores[]): void {
    if (!isSame(ids, this.ids)) this.pictures = undefined;
    this.ids = [...ids];
    this.scores = scores;
  }

  /** The small pictures of some positions of these ids, where they are kept. */
  getThumbnails(ids: readonly number[], positions: readonly number[]): HeadThumbnails | undefined {
    const { pictures } = this;
    return pictures && isSame(ids, this.ids) && isSame(positions, pictures.positions)
      ? pictures.made
      : undefined;
  }

  /** Keeps the small pictures of the ids whose scores were put last. */
  putThumbnails(positions: readonly number[], made: HeadThumbnails): void {
    this.pictures = { positions: [...positions], made };
  }
}

const isSame = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((value, i) => value === b[i]);
