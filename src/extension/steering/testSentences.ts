/** What a test of an experiment says of its result: one sentence per expectation, and those that were not met with their places. */
import type { SteerResult } from "../../protocol/edit";

/** An expectation that was not met, and where it stands in the file. */
export interface UnmetPlace {
  readonly says: string;
  readonly path: string;
}

/** Every expectation as it turned out, marked. */
export function metSentences({ expectations = [] }: SteerResult): string[] {
  return expectations.map(({ met, says }) => `${met ? "✓" : "✗"} ${says}`);
}

/** What was not as expected. */
export function unmetPlaces({ expectations = [] }: SteerResult): UnmetPlace[] {
  return expectations.flatMap(({ met, says }, i) => (met ? [] : [{ says, path: `expect[${i}]` }]));
}
