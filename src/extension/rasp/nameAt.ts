/** The name at a place of a program, and where else it stands. */
import type { RaspAnalysis, RaspName } from "../../protocol/raspApi";

/** The name whose range touches an offset. */
export function nameAt({ names }: RaspAnalysis, offset: number): RaspName | undefined {
  return names.find(({ range }) => range.start <= offset && offset <= range.end);
}

/** All places of the same thing: those with the same definition; of the language's own names, those spelt alike. */
export function placesOf({ names }: RaspAnalysis, of: RaspName): readonly RaspName[] {
  const start = definitionOf(of);
  return names.filter((name) => name.name === of.name && definitionOf(name) === start);
}

function definitionOf({ kind, range, definition }: RaspName): number | null {
  if (definition !== null) return definition.start;
  return kind === "definition" ? range.start : null;
}
