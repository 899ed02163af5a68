import assert from "node:assert/strict";
import { heatmapSvg, type HeatPicture } from "../../../../../src/extension/heatmap/export/picture";

/** One token a piece, with values that fall. */
function picture(pieces: readonly string[], changed: Partial<HeatPicture> = {}): HeatPicture {
  let at = 0;
  const tokens = pieces.map((piece, i) => {
    const start = at;
    at += piece.length;
    return { start, end: at, id: i, value: i === 0 ? null : 8 / i, counted: i > 0, top: [] };
  });
  return {
    ...{ text: pieces.join(""), start: 0, tokens, tabSize: 4 },
    scale: { from: 0, to: 8, signed: false, log: false },
    title: "Surprisal",
    ends: { from: "0", to: "8.00", unit: "nats" },
    footer: "search.ts, lines 1 to 2",
    facts: { made: "now", text: "</metadata><script>\u0001" },
    fill: (step) => `#cf6cf0${(20 * Math.abs(step)).toString(16).padStart(2, "0")}`,
    ...changed,
  };
}

const texts = (svg: string): string[] =>
  [...svg.matchAll(/<text xml:space="preserve"[^>]*>([^<]*)<\/text>/g)].map((found) => found[1]);

/** The column at which a text begins. */
const columnOf = (svg: string, text: string): number =>
  Math.round((Number(new RegExp(`x="([\\d.]+)"[^>]*>${text}<`).exec(svg)?.[1]) - 12) / 7.8);

describe("the picture of a coloured text", () => {
  it("has every character of the lines in its place, tokens on boxes of their step", () => {
    const svg = heatmapSvg(picture(["ab", "cd", " ef", "\n", "\tgh"]));
    assert.equal(texts(svg).join(""), "abcd ef    gh");
    assert.equal(columnOf(svg, "cd"), 2);
    const boxes = [...svg.matchAll(/<rect x="([\d.]+)" y="13"[^>]*fill-opacity="([\d.]+)"/g)];
    assert.deepEqual(
      boxes.map(([, x, opacity]) => [Number(x), Number(opacity)]),
      [
        [12 + 2 * 7.8, 0.47],
        [12 + 4 * 7.8, 0.24],
      ],
    );
  });

  it("keeps what is text a text, and writes out what cannot be seen", () => {
    const svg = heatmapSvg(picture(["<script>", "&\u202e", "\u0000x"]));
    assert.ok(!svg.includes("<script>"));
    assert.equal(texts(svg).join(""), "&lt;script&gt;&amp;⟨202E⟩⟨0000⟩x");
    // eslint-disable-next-line no-control-regex
    assert.ok(!/[\0-\x08\u202e]/.test(svg));
  });

  it("gives wide characters two columns and combining ones none", () => {
    const svg = heatmapSvg(picture(["日", "本", "e\u0301", "x"]));
    assert.equal(columnOf(svg, "本"), 2);
    assert.equal(columnOf(svg, "x"), 5);
  });

  it("goes on in the next row after 120 columns, and cuts nothing", () => {
    const svg = heatmapSvg(picture(["x".repeat(300)]));
    assert.deepEqual(
      texts(svg).map(({ length }) => length),
      [120, 120, 60],
    );
  });

  it("draws both sides of a signed scale, with its ends and what it was made of", () => {
    const scale = { from: 0, to: 8, signed: true, log: false };
    const ends = { from: "−8.00", to: "8.00", unit: "" };
    const svg = heatmapSvg(picture(["a", "b"], { scale, ends }));
    assert.ok(svg.includes(">−8.00<") && svg.includes(">8.00 · Surprisal<"));
    assert.equal([...svg.matchAll(/width="14" height="13" fill="#cf6cf0"/g)].length, 12);
    assert.match(svg, /^<svg [^>]*><metadata id="introspect">\{"made":"now"/);
  });
});
