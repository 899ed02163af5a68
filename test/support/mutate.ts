/** Seeded harm to JSON values: what a broken download, another program or a person's hand may do. */

/** Values that stand where others should: of the wrong kind, out of range, odd. */
const junk: readonly unknown[] = [
  null,
  true,
  false,
  "",
  " ",
  "x",
  "0",
  "__proto__",
  "constructor",
  "../../etc/passwd",
  "\u0000",
  "\ud800",
  "é".repeat(300),
  0,
  -1,
  1,
  2,
  3,
  7,
  0.5,
  -0.5,
  1e-320,
  255,
  65_536,
  2 ** 31,
  2 ** 32,
  2 ** 53,
  1e18,
  1e30,
  1e308,
  -1e308,
  [],
  {},
  [[]],
  [null],
  [0],
  [-1, 1e9],
  [1, 2, 3],
  ["a"],
  { a: 1 },
  { length: 3 },
];

type Node = Record<string | number, unknown>;

/** Where something stands in a value: its holder and its key there. */
interface Place {
  readonly holder: Node;
  readonly key: string | number;
}

function placesIn(value: unknown, found: Place[] = []): Place[] {
  if (typeof value !== "object" || value === null) return found;
  const keys = Array.isArray(value) ? [...value.keys()] : Object.keys(value);
  for (const key of keys) {
    found.push({ holder: value as Node, key });
    placesIn((value as Node)[key], found);
  }
  return found;
}

/** A copy of a JSON value with one to three harms: something gone, replaced, doubled, exchanged, nested deeper, or added. */
export function mutated(value: unknown, random: () => number): unknown {
  let copy: unknown = structuredClone(value);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const harms = 1 + Math.floor(random() * 3);
  for (let i = 0; i < harms; i++) {
    const places = placesIn(copy);
    if (places.length === 0 || random() < 0.01) {
      copy = structuredClone(pick(junk));
      continue;
    }
    const { holder, key } = pick(places);
    const other = pick(places);
    const kind = Math.floor(random() * 7);
    if (kind === 0 && Array.isArray(holder) && random() < 0.8) holder.splice(key as number, 1);
    else if (kind === 0) delete holder[key];
    else if (kind === 1) holder[key] = structuredClone(other.holder[other.key]);
    else if (kind === 2) holder[key] = { [key]: holder[key] };
    else if (kind === 3) holder[`${key}${pick(["", "_", " ", "s"])}`] = structuredClone(pick(junk));
    else if (kind === 4 && typeof holder[key] === "number") holder[key] = numberNear(holder[key], random);
    else holder[key] = structuredClone(pick(junk));
  }
  return copy;
}

function numberNear(value: number, random: () => number): number {
  const changes = [value + 1, value - 1, value * 2, value / 2, -value, value + 0.5, value * 1e6, 0];
  return changes[Math.floor(random() * changes.length)] as number;
}

/** A copy of some bytes with one to four of them changed, or some cut out, doubled or added. */
export function mutatedBytes(bytes: Uint8Array, random: () => number): Uint8Array {
  const list = Array.from(bytes);
  const at = (): number => Math.floor(random() * (list.length + 1));
  const harms = 1 + Math.floor(random() * 4);
  for (let i = 0; i < harms; i++) {
    const kind = Math.floor(random() * 5);
    const [a, n] = [at(), Math.floor(random() * 12)];
    if (kind < 2) list[Math.min(a, list.length - 1)] = Math.floor(random() * 256);
    else if (kind === 2) list.splice(a, n);
    else if (kind === 3) list.splice(a, 0, ...list.slice(a, a + n));
    else list.splice(a, 0, ...Array.from({ length: n }, () => Math.floor(random() * 256)));
  }
  return Uint8Array.from(list);
}
