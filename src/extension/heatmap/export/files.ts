/** The files of a coloured text: every measured token with its value and, where there are any, the model's guesses. */
import { commentLines, csvLine } from "../../../base/exportText";
import { aboutOf } from "../../../protocol/heatmap";
import { otherWork } from "../../requests/otherWork";
import { bitsPerByteOf } from "../legend";
import { factsOf, type HeatSnapshot } from "./snapshot";

/** Tokens that are written between two looks at what else waits. */
const atOnce = 5000;

/** Strings of a file, piece by piece, as bytes; other work of the extension host comes in between. */
async function bytesOf(pieces: Iterable<string>): Promise<Uint8Array> {
  const parts: Buffer[] = [];
  let held: string[] = [];
  for (const piece of pieces) {
    held.push(piece);
    if (held.length < atOnce) continue;
    parts.push(Buffer.from(held.join("")));
    held = [];
    await otherWork();
  }
  return Buffer.concat([...parts, Buffer.from(held.join(""))]);
}

/** As a table, log-probabilities in the unit that is shown. */
export function heatmapCsv(snapshot: HeatSnapshot): Promise<Uint8Array> {
  return bytesOf(csvPieces(snapshot));
}

/** Most guesses of a token. */
const guesses = (snapshot: HeatSnapshot): number => {
  for (const { top } of snapshot.store.measured()) if (top.length > 0) return top.length;
  return 0;
};

function* csvPieces(snapshot: HeatSnapshot): Generator<string> {
  const { store, name, unit, inBits } = snapshot;
  const k = guesses(snapshot);
  const factor = inBits ? 1 / Math.LN2 : 1;
  const logs = inBits ? "bits" : "nats";
  yield commentLines(factsOf(snapshot));
  const value = unit === "" ? name : `${name} (${unit})`;
  const guessed = Array.from({ length: k }, (_, i) => [
    `guess ${i + 1}`,
    `log-probability ${i + 1} (${logs})`,
  ]);
  yield csvLine(["position", "start", "end", "id", "token", value, "counted", ...guessed.flat()]);
  for (const token of store.measured()) {
    const { position, start, end, id, counted, top } = token;
    const shown = token.value === null || unit === "" ? token.value : token.value * factor;
    const tops = Array.from({ length: k }, (_, i) => {
      const one = top[i];
      return one ? [store.text(one.id) ?? `#${one.id}`, one.logProb * factor] : [null, null];
    });
    const text = snapshot.text.slice(start, end);
    yield csvLine([position, start, end, id, text, shown, counted ? "yes" : "no", ...tops.flat()]);
  }
}

/** As `introspect heatmap` prints them, in nats. */
export function heatmapJson(snapshot: HeatSnapshot): Promise<Uint8Array> {
  return bytesOf(jsonPieces(snapshot));
}

function* jsonPieces(snapshot: HeatSnapshot): Generator<string> {
  const { store, measure } = snapshot;
  yield `${JSON.stringify({ ...factsOf(snapshot), logUnit: "nats" }, null, 2).slice(0, -2)},\n  "data": {`;
  yield `\n    "about": ${JSON.stringify(aboutOf(measure))},\n    "tokens": [`;
  let before = "";
  for (const { position, start, end, id, value, counted, top } of store.measured()) {
    const token = {
      ...{ position, id, text: snapshot.text.slice(start, end), start, end, value, counted },
      ...(top.length > 0 ? { top: top.map((one) => ({ text: store.text(one.id) ?? null, ...one })) } : {}),
    };
    yield `${before}\n      ${JSON.stringify(token)}`;
    before = ",";
  }
  yield `\n    ]${totalOf(snapshot)}\n  }\n}\n`;
}

/** What the text takes by the model's predictions, where all of it is measured. */
function totalOf({ measure, measured, store }: HeatSnapshot): string {
  if (measure.kind !== "surprisal" || measured < 1) return "";
  const sums = store.sums();
  const total = { bits: sums.value / Math.LN2, utf8Bytes: sums.bytes, bitsPerByte: bitsPerByteOf(sums) };
  return `,\n    "total": ${JSON.stringify(total)}`;
}
