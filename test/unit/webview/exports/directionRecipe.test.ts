import assert from "node:assert/strict";
import { directionData, writtenData } from "../../../panels/fixtures/direction";
import { model } from "../../../panels/fixtures/text";
import { directionRecipe } from "../../../../webview/shared/exports/recipes/direction";

const made = {
  version: "1",
  at: "2026-11-28T00:00:00Z",
  bos: "auto" as const,
  texts: { text: "a cat" },
  start: 0,
  range: null,
};
const words = (figure: string, change: Parameters<typeof directionData>[0] = {}): string =>
  directionRecipe(figure, directionData(change), { model, made })?.command?.words.join(" ") ?? "";

describe("a figure of the Direction page as a command", () => {
  it("reads the text along the direction's file at the layers that are painted", () => {
    const read = `introspect read ${model.path} --text a cat --direction directions/sentiment.json`;
    assert.equal(words("direction-strips"), read);
    assert.equal(words("direction-strips", { layers: [4] }), `${read} --layer 4`);
    assert.equal(words("direction-layers", { layers: [2, 3, 4] }), `${read} --layers 2-4`);
    assert.equal(words("direction-strips", { reading: null }), "");
    assert.equal(words("direction-strips", { reading: writtenData().reading }), `${read} --generate 3`);
  });

  it("shows and compares files; the document behind a correlation is not known to the page", () => {
    assert.equal(words("direction-accuracy"), "introspect direction show directions/sentiment.json");
    const both = "directions/sentiment.json directions/formality.json";
    assert.equal(words("direction-cosines"), `introspect direction compare ${both}`);
    assert.equal(words("direction-scatter"), "");
  });
});
