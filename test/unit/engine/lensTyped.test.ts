import assert from "node:assert/strict";
import { lensView } from "../../../src/analysis/lens";
import { LensColumns } from "../../../src/analysis/lens/columns";
import { seededRandom } from "../../../src/base/random";
import { buildRunWindow } from "../../../src/engine/window";
import { openModel, type OpenModel } from "../../../src/engine/model";
import type { LensView } from "../../../src/protocol/lens";
import { inRepo } from "../../support/paths";
import { useTempFolder } from "../../support/tempFolder";

const lines = Array.from(
  { length: 2000 },
  (_, i) => `export const value${i % 97} = table[${i}] + "line ${i}";`,
);

/** What somebody does in the middle of a long document: words that merge, deletions, a paste, an undo, another place. */
function* typedStates(): Generator<string> {
  const random = seededRandom(7);
  let before = `${lines.slice(0, 1000).join("\n")}\n`;
  const undo: string[] = [];
  for (const word of ["fun", "ction", " find", "(items", ") {", "\n  ", "ret", "urn", " items", ".length"]) {
    for (const key of word) {
      undo.push(before);
      yield (before += key);
    }
    if (random() < 0.4) yield (before = before.slice(0, -1));
  }
  yield before + lines.slice(40, 60).join("\n");
  yield undo.at(-3) as string;
  const elsewhere = `${lines.slice(0, 700).join("\n")}\nex`;
  yield elsewhere;
  yield `${elsewhere}port`;
}

describe("the lens of a text that is typed, deleted, pasted and undone", () => {
  const folder = useTempFolder();
  let model: OpenModel;
  beforeEach(async () => {
    model = await openModel(inRepo("models/introspect-small"), { cacheDirectory: folder() });
  });
  afterEach(() => model.dispose());

  const view = (text: string, cache: LensColumns, chosen: number[]): Promise<LensView> => {
    const window = buildRunWindow({ kind: "text", text, offset: 0 }, model.tokenizer, model.info.nCtx);
    return lensView(model.runner, model.vocabulary, { window, columns: 12, k: 5, chosen, cache });
  };

  it("is that of a fresh run, and computes no column that is as it was", async function () {
    this.timeout(120_000);
    const kept = new LensColumns();
    const near = (a: number | null, b: number | null, said: string): void => {
      if (a === null || b === null) return assert.equal(a, b, said);
      assert.ok(Math.abs(a - b) < 2e-3 * Math.max(1, Math.abs(b)), `${said}: ${a}, ${b}`);
    };
    let states = 0;
    let computed = 0;
    for (const text of typedStates()) {
      const typed = await view(text, kept, [5, 9]);
      states++;
      computed += typed.columnsComputed;
      if (states % 5 !== 0 && states < 60) continue;
      const other = await openModel(inRepo("models/introspect-small"), { cacheDirectory: folder() });
      try {
        const { ids } = typed.window;
        const window = buildRunWindow({ kind: "text", text, offset: 0 }, other.tokenizer, other.info.nCtx);
        assert.deepEqual(window.ids, ids);
        const request = { window, columns: 12, k: 5, chosen: [5, 9] };
        const fresh = await lensView(other.runner, other.vocabulary, request);
        assert.deepEqual(typed.positions, fresh.positions);
        typed.layers.forEach((row, layer) =>
          row.positions.forEach((cell, i) => {
            const wanted = fresh.layers[layer].positions[i];
            const said = `state ${states}, row ${layer}, position ${cell.pos}`;
            near(cell.kl, wanted.kl, `KL, ${said}`);
            near(cell.entropy, wanted.entropy, `entropy, ${said}`);
            near(cell.surprisal, wanted.surprisal, `surprisal, ${said}`);
            near(cell.top[0].logProb, wanted.top[0].logProb, `top, ${said}`);
          }),
        );
        typed.trajectories.forEach((tokens, i) =>
          tokens.forEach(({ id, logProb }) => {
            const same = fresh.trajectories[i].find((line) => line.id === id);
            if (same) logProb.forEach((x, row) => near(x, same.logProb[row], `token ${id}, row ${row}`));
          }),
        );
      } finally {
        other.dispose();
      }
    }
    assert.ok(states > 50);
    assert.ok(computed / states < 4, `${computed} columns for ${states} states`);
  });
});
