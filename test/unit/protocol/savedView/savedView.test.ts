import assert from "node:assert/strict";
import { CodedError } from "../../../../src/base/errors";
import { seededRandom } from "../../../../src/base/random";
import type { PanelData, ModelPanelId, PanelState } from "../../../../src/protocol/panelApi";
import { decodeSavedView, savedViewText } from "../../../../src/protocol/savedView/savedView";
import { savedStates } from "../../../panels/fixtures/savedStates";
import { mutated } from "../../../support/mutate";

type AnyState = PanelState<PanelData[ModelPanelId]>;

const file = (id: ModelPanelId): string => {
  const text = savedViewText(id, savedStates()[id] as never);
  assert.ok(text);
  return text;
};
const ids = Object.keys(savedStates()) as ModelPanelId[];
const code = (text: string): string => {
  try {
    decodeSavedView(text);
    return "read";
  } catch (error) {
    assert.ok(error instanceof CodedError, String(error));
    assert.doesNotMatch(error.message, /\n/);
    return error.code;
  }
};

describe("a saved view", () => {
  for (const id of ids) {
    it(`of ${id} gives back what was shown, and no notes`, () => {
      const { data, made, model, document } = savedStates()[id] as AnyState;
      const view = decodeSavedView(file(id));
      const plain = JSON.parse(JSON.stringify({ ...data, notes: undefined })) as object;
      const seen = id === "neurons" ? { ...plain, coloured: false } : plain;
      assert.deepEqual(JSON.parse(JSON.stringify(view.data)), seen);
      assert.deepEqual([view.made, view.model, view.document], [made, model, document]);
    });

    it(`of ${id} is refused by a code or read, whatever was done to it (fuzzed)`, () => {
      const random = seededRandom(7);
      const whole: unknown = JSON.parse(file(id));
      const codes = new Set<string>();
      for (let i = 0; i < 300; i++) codes.add(code(JSON.stringify(mutated(whole, random)) ?? ""));
      assert.ok(codes.has("bad-field"), [...codes].join());
      for (const one of codes) assert.ok(["read", "bad-field", "bad-version", "not-json"].includes(one), one);
    });
  }

  const change = (id: ModelPanelId, harm: (view: Record<string, never>) => void): string => {
    const view = JSON.parse(file(id)) as Record<string, never>;
    harm(view);
    return JSON.stringify(view);
  };
  const harmful: [string, string, string][] = [
    ["nothing", "", "not-json"],
    ["a list", "[]", "bad-field"],
    ["a newer version", change("lens", (v) => Object.assign(v, { introspectView: 2 })), "bad-version"],
    ["no version", change("lens", (v) => delete v["introspectView"]), "bad-field"],
    ["an unknown panel", change("lens", (v) => Object.assign(v, { panel: "constructor" })), "bad-field"],
    ["another panel's data", change("lens", (v) => Object.assign(v, { panel: "patch" })), "bad-field"],
    ["a column too many", change("lens", (v) => (v["data"]["positions"] as number[]).push(1)), "bad-field"],
    [
      "a pattern that is no square",
      change("attention", (v) => (v["data"]["pattern"]["rows"] as []).pop()),
      "bad-field",
    ],
    [
      "a position without a token",
      change("attention", (v) => ((v["data"]["positions"] as number[])[0] = 1e6)),
      "bad-field",
    ],
    [
      "html for a number",
      change("lens", (v) => Object.assign(v["data"], { engineMs: "<img>" })),
      "bad-field",
    ],
    [
      "an edit that is none",
      change("steering", (v) => Object.assign(v["data"]["experiment"], { edits: [{}] })),
      "bad-field",
    ],
    [
      "a score too many along a direction",
      change("direction", (v) =>
        (v["data"]["reading"]["directions"][0]["layers"][1]["scores"] as number[]).push(1),
      ),
      "bad-field",
    ],
    [
      "a direction that is not listed",
      change("direction", (v) => Object.assign(v["data"], { also: [99] })),
      "bad-field",
    ],
    [
      "a point of a map too few",
      change("map", (v) => (v["data"]["map"]["layers"][2]["pca"]["points"] as []).pop()),
      "bad-field",
    ],
    [
      "a text of no label",
      change("map", (v) => Object.assign(v["data"]["map"]["texts"][0], { label: 6 })),
      "bad-field",
    ],
    [
      "a best layer that is none",
      change("map", (v) => Object.assign(v["data"]["map"]["best"], { layer: 9 })),
      "bad-field",
    ],
  ];
  for (const [name, text, wanted] of harmful) {
    it(`is refused with ${name}`, () => assert.equal(code(text), wanted));
  }

  it("passes over what it does not know, prototypes too", () => {
    const text = file("lens").replace('"data":{', '"data":{"__proto__":{"x":1},"script":"alert(1)",');
    const { data } = decodeSavedView(text);
    assert.equal("script" in data, false);
    assert.equal("x" in data, false);
  });

  it("is not made of what is not finished", () => {
    assert.equal(savedViewText("lens", { seq: 1, status: "loading" }), undefined);
  });
});
