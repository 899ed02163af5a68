/** How long programs may be: far longer than people write, and read within seconds. */
import { RaspError } from "./raspError";

/** In UTF-16 units. */
export const MOST_CHARACTERS = 1_000_000;

/**
 * Refuses what is no program by its length alone.
 * @throws {RaspError} "limit"
 */
export function refuseLong(text: string): void {
  if (text.length <= MOST_CHARACTERS) return;
  throw new RaspError(
    "limit",
    "This text is longer than 1,000,000 characters and is not read as a program.",
    { start: 0, end: Math.max(1, text.indexOf("\n")) },
    "Take out what is no program, or load parts of it from other files.",
  );
}
