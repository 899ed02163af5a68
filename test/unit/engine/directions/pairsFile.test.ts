import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPairs } from "../../../../src/engine/directions/pairsFile";
import { useTempFolder } from "../../../support/tempFolder";

describe("pairs in files", () => {
  const folder = useTempFolder();
  const read = (name: string, text: string, columns: object = {}): Promise<unknown> => {
    writeFileSync(join(folder(), name), text);
    return readPairs(join(folder(), name), { file: name, ...columns });
  };
  const two = [
    ["a, b", 'says "no"'],
    ["two\nlines", "d"],
  ];

  const good: [string, string, string, object, unknown][] = [
    ["CSV with names", "p.csv", 'negative,positive\n"says ""no""","a, b"\nd,"two\nlines"\n', {}, two],
    ["CSV without names", "p.csv", '"a, b","says ""no"""\r\n"two\nlines",d', {}, two],
    ["CSV with columns that are asked for", "p.csv", "id,good,bad\n1,a,b\n", { positive: "good", negative: "bad" }, [["a", "b"]]], // prettier-ignore
    ["TSV", "p.tsv", "a, b\tc\n", {}, [["a, b", "c"]]],
    ["JSON lines of objects", "p.jsonl", '{"positive":"a","negative":"b"}\n\n{"positive":"c"}\n', {}, [["a", "b"], ["c", null]]], // prettier-ignore
    ["JSON lines of lists", "p.jsonl", '["positive","negative"]\n["c","d"]', {}, [["positive", "negative"], ["c", "d"]]], // prettier-ignore
    ["JSON", "p.json", '[{"input":"a","output":"b"}]', {}, [["a", "b"]]],
    ["a markdown table", "p.md", "# Title\n\n| positive | negative |\n|:--|--:|\n| a \\| b | c<br>d |\n| e | f |\n\ntext | more", {}, [["a | b", "c\nd"], ["e", "f"]]], // prettier-ignore
    [
      "a markdown table of other names",
      "p.md",
      "yes | no, said | id\n--- | --- | ---\na | b | 1",
      {},
      [["a", "b"]],
    ],
    ["texts with labels, paired in their order", "p.csv", "statement,label\na,1\nb,0\nc,1\n", {}, [["a", "b"], ["c", null]]], // prettier-ignore
    ["an empty cell", "p.csv", "positive,negative\na,\n,b\n", {}, [["a", null], [null, "b"]]], // prettier-ignore
  ];
  for (const [what, name, text, columns, pairs] of good)
    it(`are read from ${what}`, async () => assert.deepEqual(await read(name, text, columns), pairs));

  const bad: [string, string, string, object, RegExp][] = [
    ["a quote that does not end", "p.csv", 'a,"b\nc,d', {}, /quote.*row 1/],
    [
      "columns that are not there",
      "p.csv",
      "x,y\n1,2",
      { positive: "good", negative: "bad" },
      /named good and bad/,
    ],
    ["a label that is none", "p.csv", "text,label\na,maybe\n", {}, /"maybe" in row 1/],
    ["no pairs", "p.csv", "positive,negative\n", {}, /no pairs/],
    ["a row without texts", "p.jsonl", '{"positive":"a","negative":"b"}\n{"x":1}', {}, /row 2/],
    ["no JSON", "p.json", "[", {}, /not JSON/],
    ["JSON that is no list", "p.json", "{}", {}, /no list/],
    ["no table", "p.md", "just | text", {}, /no table/],
    ["texts that are lists", "p.json", '[{"positive":["a"],"negative":"b"}]', {}, /no texts/],
  ];
  for (const [what, name, text, columns, message] of bad)
    it(`are refused with ${what}`, () =>
      assert.rejects(read(name, text, columns), { code: "bad-pairs", message }));

  it("are refused where the file is not there, a folder, or not UTF-8", async () => {
    await assert.rejects(readPairs(join(folder(), "none.csv"), { file: "none.csv" }), { message: /ENOENT/ });
    await assert.rejects(readPairs(folder(), { file: "folder" }), { message: /no file/ });
    writeFileSync(join(folder(), "bytes.csv"), Buffer.from([0x61, 0xff, 0x2c, 0x62]));
    await assert.rejects(readPairs(join(folder(), "bytes.csv"), { file: "bytes.csv" }), { message: /UTF-8/ });
  });
});
