import assert from "node:assert/strict";
import {
  heatTextSvg,
  layOut,
  type HeatKey,
  type HeatLines,
  type HeatLook,
  type HeatToken,
} from "../../../webview/plots/heatText";

/** One token a piece, with places that fall; the first has none. */
function lines(pieces: readonly string[], changed: Partial<HeatLines> = {}): HeatLines {
  let at = 0;
  const tokens = pieces.map((piece, i): HeatToken => {
    const start = at;
    at += piece.length;
    return { start, end: at, place: i === 0 ? null : 1 / i };
  });
  return { text: pieces.join(""), start: 0, tokens, tabSize: 4, columns: 120, ...changed };
}

const look: HeatLook = {
  ...{ background: "#ffffff", foreground: "#111111", muted: "#555555", line: "#888888" },
  ...{ fontFamily: "sans-serif", monoFamily: "'Fira <Code>'", bars: false },
  paint: (place) => ({ ground: `rgb(0, 0, ${Math.round(100 * Math.abs(place))})`, text: "#222222" }),
};

const key: HeatKey = {
  ...{ title: "Surprisal", from: "0 nats", to: "8.00 nats", signed: false },
  ...{ hatched: "no value", footer: "a < b" },
};

const drawn = (given: HeatLines, under: HeatKey | null = null, as = look): string =>
  heatTextSvg(given, layOut(given), as, under);

const texts = (svg: string): string[] =>
  [...svg.matchAll(/<text xml:space="preserve"[^>]*>([^<]*)<\/text>/g)].map((found) => found[1]!);

describe("lines of a coloured text", () => {
  it("have every character in its place, tokens on boxes of their colour", () => {
    const given = lines(["ab", "cd", " ef", "\n", "\tgh"]);
    const runs = layOut(given);
    assert.deepEqual(
      runs.map(({ row, column, columns, token, text }) => [row, column, columns, token, text]),
      [
        [0, 0, 2, 0, "ab"],
        [0, 2, 2, 1, "cd"],
        [0, 4, 3, 2, " ef"],
        [0, 7, 1, 3, "↵"],
        [1, 0, 6, 4, "    gh"],
      ],
    );
    const svg = drawn(given);
    assert.equal(texts(svg).join(""), "abcd ef↵    gh");
    const boxes = [...svg.matchAll(/<rect x="([\d.]+)" y="9"[^>]*fill="([^"]+)"/g)].map(([, x, fill]) => [
      Math.round((Number(x) - 8) / 7.8),
      fill,
    ]);
    assert.deepEqual(boxes, [
      [0, "url(#heat-hatch)"],
      [2, "rgb(0, 0, 100)"],
      [4, "rgb(0, 0, 50)"],
      [7, "rgb(0, 0, 33)"],
    ]);
  });

  it("leave text of no token unpainted, and draw tokens as far as they are in the lines", () => {
    const given = lines(["abc", "de"], { text: "cde f", start: 2 });
    assert.deepEqual(
      layOut(given).map(({ token, text }) => [token, text]),
      [
        [0, "c"],
        [1, "de"],
        [-1, " f"],
      ],
    );
    assert.equal([...drawn(given).matchAll(/<rect x="[\d.]+" y="9"/g)].length, 2);
  });

  it("keep what is text a text, and write out what cannot be seen", () => {
    const svg = drawn(lines(["<script>", "&\u202e", "\u0000x"]), { ...key, title: "<b>" });
    assert.ok(!svg.includes("<script>") && !svg.includes("<b>") && !svg.includes("<Code>"));
    assert.equal(texts(svg).join(""), "&lt;script&gt;&amp;⟨202E⟩⟨0000⟩x");
    // eslint-disable-next-line no-control-regex
    assert.ok(!/[\0-\x08\u202e]/.test(svg));
  });

  it("give wide characters two columns and combining ones none", () => {
    const columns = layOut(lines(["日", "本", "e\u0301", "x"])).map(({ column }) => column);
    assert.deepEqual(columns, [0, 2, 4, 5]);
  });

  for (const columns of [24, 120])
    it(`go on in the next row after ${columns} columns, and cut nothing`, () => {
      const runs = layOut(lines(["x".repeat(300)], { columns }));
      assert.equal(runs.map(({ text }) => text).join("").length, 300);
      assert.ok(runs.every((run) => run.column + run.columns <= columns));
    });

  it("have the size of a value as a bar where colour is not enough, above on the other side of zero", () => {
    const given = lines(["a", "b", "c"]);
    const tokens = given.tokens.map((token, i) => ({ ...token, place: [0, 0.5, -1][i]! }));
    const svg = drawn({ ...given, tokens }, null, { ...look, bars: true });
    const bars = [...svg.matchAll(/y="(\d+)" width="([\d.]+)" height="3"/g)].map(([, y, width]) => [
      Number(y),
      Number(width),
    ]);
    assert.deepEqual(bars, [
      [24, 3.9],
      [9, 7.8],
    ]);
  });

  it("have a key with both ends, what is hatched, and the small print, under a picture that is saved", () => {
    const svg = drawn(lines(["a", "b"]), { ...key, from: "−8.00", signed: true });
    for (const word of [">−8.00<", ">8.00 nats · Surprisal<", ">no value<", ">a &lt; b<"])
      assert.ok(svg.includes(word), word);
    assert.ok(!drawn(lines(["a", "b"])).includes("Surprisal"));
  });
});
