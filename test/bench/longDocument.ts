/** A document of 2,000 lines of code, different enough for its tokens not to repeat. */
export function longDocument(): string {
  const line = (i: number): string =>
    i % 7 === 0
      ? `/** Line ${i}: what the part ${i % 31} does with its ${i % 13} items. */`
      : `export const part${i} = (items: readonly number[]) => items[${i % 17}] ?? ${i};`;
  return `${Array.from({ length: 2000 }, (_, i) => line(i)).join("\n")}\n`;
}
