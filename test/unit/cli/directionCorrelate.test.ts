import assert from "node:assert/strict";
import { pearson } from "../../../src/analysis/common/pearson";
import type { DirectionsCorrelated } from "../../../src/protocol/direction";
import { cliError, cliJson } from "../../support/cli";
import { DirectionCalls, smallModel, type PrintedReading } from "../../support/directionCalls";
import { useTempFolder } from "../../support/tempFolder";

const text = "const total = add(1, 2);\nShe walked to the sea and back again.\nfor (;;) stop();\n".repeat(4);

describe("introspect direction correlate", function () {
  this.timeout(120_000);
  const calls = new DirectionCalls(useTempFolder());

  const correlate = (first: string, second: string, ...more: string[]) =>
    cliJson<DirectionsCorrelated>(
      ...["direction", "correlate", smallModel, calls.at(`${first}.json`), calls.at(`${second}.json`)],
      ...["--text", text, ...more],
    );

  it("gives the correlation of the scores that `read` prints, and ±1 of a direction with itself and its opposite", async () => {
    const { bestLayer } = await calls.make({ method: "unembed", tokens: ["a", "("] }, "a");
    await calls.make({ method: "unembed", tokens: [";", "b"] }, "b");
    const scores = async (name: string): Promise<number[]> => {
      const args = ["--direction", calls.at(`${name}.json`), "--text", text];
      const { tokens } = await cliJson<PrintedReading>("read", smallModel, ...args);
      return tokens.filter(({ counted }) => counted !== false).map(({ score }) => score);
    };
    const [a, b] = [await scores("a"), await scores("b")];
    const found = await correlate("a", "b");
    assert.equal(found.n, a.length);
    assert.ok(Math.abs(found.r - pearson(a, b)) < 1e-6, `${found.r} ${pearson(a, b)}`);
    assert.deepEqual([found.shifted.length, found.cut], [200, false]);
    assert.deepEqual(found.directions[0]!.layers, [bestLayer]);
    assert.equal((await correlate("a", "a")).r.toFixed(9), "1.000000000");
    const opposite = ["--weights", "-3", "--out", calls.at("c.json")];
    await cliJson("direction", "combine", calls.at("a.json"), ...opposite);
    const turned = await correlate("a", "c", "--layer", String(bestLayer));
    assert.ok(Math.abs(turned.r + 1) < 1e-6, String(turned.r));
  });

  it("refuses what it cannot read, with a next step", async () => {
    const { code } = await cliError("direction", "correlate", smallModel, "f.json", "--text", "a");
    assert.equal(code, "usage");
    const missing = ["nothing.json", "nothing.json", "--text", "a cat"];
    const other = await cliError("direction", "correlate", smallModel, ...missing);
    assert.equal(other.code, "bad-direction");
    assert.notEqual(other.next, "");
  });
});
