import assert from "node:assert/strict";
import type { Translator } from "../../../../src/graph/lensMath";
import { zeroLensDifference } from "../../../../src/analysis/lens/checks";
import { openModel, type OpenModel } from "../../../../src/engine/model";
import { inRepo } from "../../../support/paths";
import { useTempFolder } from "../../../support/tempFolder";

describe("verifying a trained lens", () => {
  const folder = useTempFolder();
  let open: OpenModel;
  beforeEach(async () => {
    open = await openModel(inRepo("models/introspect-small"), { cacheDirectory: folder(), threads: 1 });
  });
  afterEach(() => open.dispose());
  const ids = [1, 2, 3, 4, 5];

  it("passes while translators of zeros do nothing", async () => {
    const found = await zeroLensDifference({ runner: open.runner, math: open.lensMath }, ids, {});
    assert.equal(found, 0);
  });

  it("notices when they change a bit", async () => {
    const translate = (_: Translator, rows: Float32Array) =>
      Promise.resolve(rows.map((x) => x * (1 + 2 ** -20)));
    const math = Object.assign(Object.create(open.lensMath) as typeof open.lensMath, { translate });
    const found = await zeroLensDifference({ runner: open.runner, math }, ids, {});
    assert.ok(found > 0);
  });
});
