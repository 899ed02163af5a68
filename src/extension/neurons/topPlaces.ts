/** The strongest places over several files, kept as they come. */
import type { OffsetRange } from "../../protocol/engineApi";
import type { FilePlace } from "../../protocol/neuronPanel";
import type { NeuronPlace } from "../../protocol/neurons";

/** A place with what it takes to go there. */
export interface FoundPlace {
  readonly shown: FilePlace;
  readonly uri: string;
  /** Of the token: lines and units from 0, which hold whatever line breaks a file has. */
  readonly from: LinePlace;
  readonly to: LinePlace;
}

/** A line and a unit in it, from 0. */
export interface LinePlace {
  readonly line: number;
  readonly character: number;
}

/** Line and unit of an offset; lines end as VS Code has them end. */
export function linePlace(text: string, offset: number): LinePlace {
  let line = 0;
  let start = 0;
  for (const found of text.matchAll(/\r\n|\r|\n/g)) {
    const end = found.index + found[0].length;
    if (end > offset) break;
    line++;
    start = end;
  }
  return { line, character: offset - start };
}

/** The strongest places so far: at most `most`, the strongest first, equal ones as they came. */
export class TopPlaces {
  private kept: FoundPlace[] = [];

  /** @param sign  −1 where the most negative activations are the strongest */
  constructor(
    private readonly most: number,
    private readonly sign: 1 | -1,
  ) {}

  get all(): readonly FoundPlace[] {
    return this.kept;
  }

  /** Takes the places of a file. */
  add(
    file: { readonly uri: string; readonly name: string; readonly text: string },
    places: readonly NeuronPlace[],
  ): void {
    const found = places.map(({ activation, token, before, after }): FoundPlace => {
      const { from, to } = linesOf(file.text, token);
      const { id, text } = token;
      const shown = { file: file.name, line: from.line + 1, activation, token: { id, text }, before, after };
      return { shown, uri: file.uri, from, to };
    });
    const size = ({ shown }: FoundPlace): number => this.sign * shown.activation;
    this.kept = [...this.kept, ...found].sort((a, b) => size(b) - size(a)).slice(0, this.most);
  }
}

function linesOf(text: string, { start, end }: OffsetRange): { from: LinePlace; to: LinePlace } {
  return { from: linePlace(text, start), to: linePlace(text, end) };
}
