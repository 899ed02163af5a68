import assert from "node:assert/strict";
import { jsonPlaces } from "../../../../src/extension/steering/jsonPlaces";

const found = (text: string): Record<string, string> =>
  Object.fromEntries([...jsonPlaces(text)].map(([path, { start, end }]) => [path, text.slice(start, end)]));

describe("places of JSON values", () => {
  it("are named as decoders name what is wrong", () => {
    const text = '\ufeff{\r\n  "a\\"b": [1, {"c": "x, }"}],\n "expect": [ {"of": "kl"},{"of":"words"} ]}';
    const places = found(text);
    assert.equal(places['a"b[1].c'], '"x, }"');
    assert.equal(places["expect[1]"], '{"of":"words"}');
    assert.equal(places["expect[0].of"], '"kl"');
    assert.equal(places[""], text.slice(1));
  });

  it("are those of every value down to four levels, whatever it is", () => {
    const value = { a: { b: { c: { d: { e: 1 } } } }, list: [[], {}, null, true, -1.5e-3, ""] };
    for (const text of [JSON.stringify(value), JSON.stringify(value, null, 3)]) {
      const places = found(text);
      assert.deepEqual(JSON.parse(places["a.b.c.d"]), { e: 1 });
      assert.equal(places["a.b.c.d.e"], undefined);
      value.list.forEach((one, i) => assert.deepEqual(JSON.parse(places[`list[${i}]`]), one));
    }
  });

  const torn = ["", "{", '{"a"', '{"a":', '{"a": 1,', '{"a": [1, 2', "[1 2]", '{"a": "x', '{"a": {"b": {"c": {"d": {"e']; // prettier-ignore
  for (const text of torn)
    it(`of ${JSON.stringify(text)} end where it stops being JSON`, () => {
      for (const [, { start, end }] of jsonPlaces(text)) assert.ok(start < end && end <= text.length);
      assert.equal(jsonPlaces(text).has(""), false);
    });
});
