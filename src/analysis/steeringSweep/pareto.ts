/** Which cells are worth their cost. */

/** Effects and costs, row by row; `sign` is 1 where more effect is better and −1 where less is. */
export interface Table {
  readonly effect: readonly (readonly number[])[];
  readonly cost: readonly (readonly number[])[];
  readonly sign: 1 | -1;
}

interface Place {
  readonly at: readonly [number, number];
  readonly effect: number;
  readonly cost: number;
}

function places({ effect, cost, sign }: Table): Place[] {
  return effect.flatMap((row, i) =>
    row.map((value, j) => ({ at: [i, j] as const, effect: sign * value, cost: cost[i][j] })),
  );
}

/** Cells than which none has as good an effect at less cost, or a better one at no more; the cheapest first. Of equal ones all. */
export function paretoFront(table: Table): (readonly [number, number])[] {
  const sorted = places(table).sort((a, b) => a.cost - b.cost || b.effect - a.effect);
  const front: Place[] = [];
  for (const one of sorted) {
    const last = front.at(-1);
    const isEqual = last !== undefined && one.cost === last.cost && one.effect === last.effect;
    if (last === undefined || one.effect > last.effect || isEqual) front.push(one);
  }
  return front.map(({ at }) => at);
}

/** The cell of the best effect among those that cost no more than `most`, the cheapest of equal ones; null where none does. */
export function bestCell(table: Table, most = Infinity): readonly [number, number] | null {
  const within = places(table).filter(({ cost }) => cost <= most);
  if (within.length === 0) return null;
  return within.reduce((best, one) =>
    one.effect > best.effect || (one.effect === best.effect && one.cost < best.cost) ? one : best,
  ).at;
}
