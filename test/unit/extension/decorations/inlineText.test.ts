import assert from "node:assert/strict";
import { inlineText } from "../../../../src/extension/decorations/inlineText";

describe("the prediction at a line's end", () => {
  for (const [text, share, wanted] of [
    [" the", 0.34, "→ ·the 34%"],
    ["\n\t", 0.999, "→ ↵→ >99%"],
    ["\u202eabc\u2028", 0.004, "→ \ufffdabc\ufffd <1%"],
    ["<script>", 0.5, "→ <script> 50%"],
    ["x".repeat(10_000), 0.5, `→ ${"x".repeat(24)}… 50%`],
    [null, 0.5, "→ #7 50%"],
  ] as const) {
    it(`reads ${JSON.stringify(wanted)}`, () => {
      assert.equal(inlineText({ id: 7, text, logProb: Math.log(share) }), wanted);
    });
  }
});
