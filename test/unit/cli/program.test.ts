import assert from "node:assert/strict";
import { commands } from "../../../src/cli/program";
import { cli, cliError } from "../../support/cli";

describe("the command line without a model", () => {
  const usage: [string, string[]][] = [
    ["no command", []],
    ["an unknown command", ["explain"]],
    ["no folder", ["run"]],
    ["two folders", ["model", "a", "b"]],
    ["no input", ["run", "DIR"]],
    ["two inputs", ["run", "DIR", "--text", "a", "--ids", "1"]],
    ["an option of another command", ["lens", "DIR", "--text", "a", "--edit", "x"]],
    ["a bad number", ["lens", "DIR", "--text", "a", "--top", "-1"]],
    ["no range", ["neurons", "DIR", "--text", "a"]],
    ["a negative range", ["neurons", "DIR", "--text", "a", "--range=-1:2"]],
    ["no length", ["generate", "DIR", "--text", "a"]],
    ["a share above 1", ["generate", "DIR", "--text", "a", "--max-tokens", "1", "--top-p", "1.1"]],
    ["a share of nothing", ["generate", "DIR", "--text", "a", "--max-tokens", "1", "--top-p", "0"]],
    ["a device that no platform has", ["run", "DIR", "--text", "a", "--device", "abacus"]],
    ["a budget of nothing", ["run", "DIR", "--text", "a", "--memory-budget", "0"]],
    ["a budget that is no number", ["run", "DIR", "--text", "a", "--memory-budget", "much"]],
    ["a device where there is no model", ["devices", "--device", "cpu"]],
    ["a plan that is missing", ["sweep", "DIR"]],
    ["no edge", ["why-attention", "DIR", "--text", "a"]],
    ["an edge that is none", ["block-edge", "DIR", "--text", "a", "--at", "1:2"]],
    [
      "another place than before or after",
      ["block-edge", "DIR", "--text", "a", "--at", "0:0:0:0", "--softmax", "in"],
    ],
    ["one text to patch", ["patch", "DIR", "--base", "a"]],
    ["an alignment that is none", ["patch", "DIR", "--base", "a", "--source", "b", "--align", "1-2"]],
    ["an argument where there is none", ["devices", "x"]],
    ["no choices", ["score", "DIR", "--text", "a", "--choices", ""]],
    ["an empty hook name", ["run", "DIR", "--text", "a", "--read", "a,,b"]],
  ];
  for (const [what, argv] of usage) {
    it(`ends with status 2 for ${what}`, async () => {
      const { status, code, next } = await cliError(...argv);
      assert.deepEqual([status, code], [2, "usage"]);
      assert.match(next, /\.$/);
    });
  }

  const wrong: [string, string[], string][] = [
    ["a folder that is not there", ["model", "/no/such/folder"], "folder-missing"],
    ["a file that is not there", ["run", "DIR", "--file", "/no/such/file"], "file-not-found"],
    ["an empty range", ["neurons", "DIR", "--text", "abc", "--range", "1:1"], "bad-range"],
    ["a range past the end", ["neurons", "DIR", "--text", "abc", "--range", "1:4"], "bad-range"],
    ["an experiment that is not there", ["steer", "DIR", "/no/such/file"], "file-not-found"],
  ];
  for (const [what, argv, expected] of wrong) {
    it(`ends with status 1 for ${what}`, async () => {
      const { status, code, next } = await cliError(...argv);
      assert.deepEqual([status, code], [1, expected]);
      assert.ok(next.length > 0);
    });
  }

  it("helps, over all and with each command", async () => {
    const all = await cli("--help");
    assert.equal(all.status, 0);
    for (const { name, options } of commands) {
      assert.ok(all.stdout.includes(name));
      const { status, stdout } = await cli(name, "--help");
      assert.equal(status, 0);
      for (const option of options) assert.ok(stdout.includes(`--${option}`));
    }
  });

  it("names the command that was meant", async () => {
    assert.equal((await cliError("neurns")).next, "Did you mean neurons?");
  });
});
