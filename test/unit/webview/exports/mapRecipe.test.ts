import assert from "node:assert/strict";
import { parseArguments } from "../../../../src/cli/options";
import { directionCommand } from "../../../../src/cli/commands/direction";
import { mapRecipe } from "../../../../webview/shared/exports/recipes/map";
import { mapData } from "../../../panels/fixtures/map";
import { model } from "../../../panels/fixtures/text";

const made = {
  version: "1",
  at: "2026-11-28T00:00:00Z",
  bos: "never",
  texts: {},
  start: 0,
  range: null,
} as const;
const words = (file: string | null): readonly string[] =>
  mapRecipe({ ...mapData(), file }, { model, made }).command?.words ?? [];

describe("a figure of the Map page as a command", () => {
  const options = "--where mean --metric euclidean --perplexity 30 --seed 0 --draws 40 --bos never";

  it("maps the file with what was asked for, not with what was used", () => {
    assert.equal(
      words("texts/emotions.jsonl").join(" "),
      `introspect direction map ${model.path} texts/emotions.jsonl ${options}`,
    );
  });

  it("names no file for the shipped texts, and options that the command has", () => {
    const all = words(null);
    assert.equal(all.join(" "), `introspect direction map ${model.path} ${options}`);
    const { positionals } = parseArguments(all.slice(2), directionCommand.options);
    assert.deepEqual(positionals, ["map", model.path]);
  });
});
