import assert from "node:assert/strict";
import { seededRandom } from "../../../src/base/random";
import { sectionAt, sectionUnits, windowTokens, type Section } from "../../../src/base/sections";

/** All sections of a text, from its first on. */
function sectionsOf(text: string, most: number): Section[] {
  const all: Section[] = [];
  for (let from = 0; from < text.length; from = all.at(-1)!.to) all.push(sectionAt(text, from, most));
  return all;
}

function lines(n: number, seed: number): string {
  const random = seededRandom(seed);
  const kinds = ["\n", "  indented\n", "let x = 1;\r\n", "word ".repeat(30) + "\n", "👩‍👩‍👧\n"];
  let text = "";
  while (text.length < n) text += kinds[Math.floor(random() * kinds.length)];
  return text.slice(0, n);
}

describe("sections of a document", () => {
  it("are one for a text that is not longer than one", () => {
    assert.deepEqual(sectionsOf(lines(sectionUnits, 1), 512), [{ lead: 0, from: 0, to: sectionUnits }]);
    assert.deepEqual(sectionAt("", 0, 512), { lead: 0, from: 0, to: 0 });
  });

  it("lie end to end, begin where a line begins, and are found from every offset in them", () => {
    const text = lines(3.5 * sectionUnits, 2);
    const all = sectionsOf(text, 512);
    assert.equal(all.length, 4);
    all.forEach(({ lead, from, to }, k) => {
      assert.equal(to, all[k + 1]?.from ?? text.length);
      if (k === 0) return;
      assert.match(text.slice(from - 1, from + 1), /^\n\S$/);
      assert.equal(from - lead >= 6 * 256 - 1, true);
      assert.ok(from - k * sectionUnits < 4096);
    });
    const random = seededRandom(3);
    const offsets = [
      ...all.flatMap(({ from, to }) => [from, to - 1]),
      ...all.map(() => Math.floor(random() * text.length)),
    ];
    for (const offset of offsets) {
      const found = sectionAt(text, offset, 512);
      assert.ok(found.from <= offset && offset < found.to, `${offset} in ${JSON.stringify(found)}`);
      assert.ok(all.some((one) => one.from === found.from && one.to === found.to));
    }
    assert.equal(sectionAt(text, text.length, 512).to, text.length);
  });

  it("stay where they are when something is typed behind them", () => {
    const text = lines(2.5 * sectionUnits, 4);
    const longer = `${text.slice(0, 2 * sectionUnits + 5000)}typed${text.slice(2 * sectionUnits + 5000)}`;
    const [first, second] = sectionsOf(text, 512);
    assert.deepEqual(sectionsOf(longer, 512).slice(0, 2), [first, second]);
  });

  it("never begin inside a surrogate pair, in a text without lines too", () => {
    for (const shift of ["", "x"]) {
      const text = shift + "😀".repeat(sectionUnits);
      for (const { lead, from } of sectionsOf(text, 512))
        for (const at of [lead, from])
          if (at > 0) assert.ok(text.codePointAt(at)! > 0xffff, `${at} of ${shift}`);
    }
  });

  it("are measured in windows of what a model sees, up to 1,024 tokens", () => {
    assert.deepEqual([512, 1024, 32768].map(windowTokens), [512, 1024, 1024]);
  });
});
