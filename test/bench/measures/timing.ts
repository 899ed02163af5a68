/** Medians of repeated work. */

/** The middle of some numbers. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Milliseconds that a piece of work takes, the median of n after two that warm up; `work` gets −2, −1, 0 … n − 1. */
export async function timeOf(n: number, work: (i: number) => Promise<unknown>): Promise<number> {
  await work(-2);
  await work(-1);
  const taken: number[] = [];
  for (let i = 0; i < n; i++) taken.push(await once(() => work(i)));
  return median(taken);
}

/** Medians of two pieces of work done in turns, so that what disturbs one disturbs the other. */
export async function timePair(
  n: number,
  first: () => Promise<unknown>,
  second: () => Promise<unknown>,
): Promise<[number, number]> {
  await first();
  await second();
  const taken: [number[], number[]] = [[], []];
  for (let i = 0; i < n; i++) {
    taken[0].push(await once(first));
    taken[1].push(await once(second));
  }
  return [median(taken[0]), median(taken[1])];
}

async function once(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
