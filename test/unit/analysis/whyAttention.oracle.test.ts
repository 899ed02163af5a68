import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { whyAttention } from "../../../src/analysis/whyAttention";
import { verifyIds } from "../../../src/analysis/verify";
import { openRunner } from "../../support/openRunner";
import { hasOracle, oracleDir, oracleIt } from "../../support/oracle";

/** Families whose parts are known to need a sentence. */
const says: Readonly<Record<string, RegExp>> = {
  gemma2: /capped/,
  olmo2: /normed/,
  qwen3: /normed/,
  persimmon: /normed/,
  "openai-gpt": /on the stream/,
  "opt-350m": /on the stream/,
};

describe("why a query attends to a key, in every family", function () {
  this.timeout(30_000);
  const root = "oracle-hf";
  const names = hasOracle(root) ? readdirSync(oracleDir(root)).filter((name) => name !== "README.md") : [];
  const folders = [...names.map((name) => join(root, name)), join("stories260K", "hf")];
  for (const folder of folders) {
    oracleIt(`${folder}: the parts add up to the score less its mean, within 1e-4`, folder, async (dir) => {
      const { runner, dispose } = await openRunner(dir);
      const ids = verifyIds(runner).slice(0, 12);
      const { nLayers, nHeads } = runner.info;
      const notes = new Set<string>();
      for (let layer = 0; layer < nLayers; layer++) {
        const query = ids.length - 1 - (layer % 2);
        const edge = { layer, head: (layer + 1) % nHeads, query, key: query - 1 - (layer % 2) };
        const why = await whyAttention(runner, { ids, edge, top: 5 });
        const said = `layer ${layer}: ${why.sum} and ${why.centred} (${why.nPairs} pairs)`;
        assert.ok(Math.abs(why.residual) <= 1e-4, said);
        const listed = why.pairs.reduce((sum, { contribution }) => sum + contribution, why.rest);
        assert.ok(Math.abs(listed - why.sum) < 1e-9);
        for (const note of why.notes) notes.add(note);
      }
      const wanted = says[dir.split("/").at(-1) as string];
      if (wanted) assert.match([...notes].join(" "), wanted);
      dispose();
    });
  }
});
