import assert from "node:assert/strict";
import { decodeMapLook, withoutBos } from "../../../../src/extension/directions/mapLook";
import { usualTextMap } from "../../../../src/protocol/textMap";

const usual = withoutBos(usualTextMap);

describe("what the Map panel looks at, from what was stored", () => {
  const stored: [string, unknown, unknown][] = [
    ["a look", { uri: "file:///a.jsonl", spec: { ...usual, seed: 3 } }, { uri: "file:///a.jsonl", spec: { ...usual, seed: 3 } }], // prettier-ignore
    ["the shipped texts", { uri: null, spec: usual }, { uri: null, spec: usual }],
    ["a spec that is none", { uri: null, spec: { draws: 1 } }, { uri: null, spec: usual }],
    ["no spec", { uri: "file:///a.jsonl" }, { uri: "file:///a.jsonl", spec: usual }],
    ["an address that is none", { uri: 3, spec: usual }, undefined],
    ["nothing", undefined, undefined],
  ];
  for (const [name, value, wanted] of stored)
    it(`is read from ${name}`, () => assert.deepEqual(decodeMapLook(value), wanted));
});
