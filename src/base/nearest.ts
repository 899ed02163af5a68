/** The known name that someone most likely meant. */

/** The candidate with the fewest edits from `name`; undefined when none is within a third of the name's length. */
export function nearest(name: string, candidates: readonly string[]): string | undefined {
  const wanted = name.slice(0, 100);
  let best: string | undefined;
  let least = Math.max(2, Math.floor(wanted.length / 3)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(wanted, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  return best;
}

/** Insertions, deletions and replacements between two strings (Levenshtein). */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j] + 1, next[j - 1] + 1));
    }
    row = next;
  }
  return row[b.length];
}

/** The candidate that is one slip of the fingers away: a letter more, less, other, or two exchanged. */
export function mistyped(word: string, candidates: Iterable<string>): string | undefined {
  if (word.length > 100) return undefined;
  for (const candidate of candidates) if (isOneSlip(word, candidate)) return candidate;
  return undefined;
}

function isOneSlip(a: string, b: string): boolean {
  let from = 0;
  while (from < a.length && a[from] === b[from]) from++;
  const [rest, other] = [a.slice(from), b.slice(from)];
  const exchanged = rest.length > 1 && rest.slice(0, 2) === `${other[1] ?? ""}${other[0] ?? ""}`;
  if (exchanged && rest.slice(2) === other.slice(2)) return true;
  // Every word of two letters is near some other.
  if (Math.min(a.length, b.length) < 3 || a === b) return false;
  return rest.slice(1) === other || rest === other.slice(1) || rest.slice(1) === other.slice(1);
}
