import assert from "node:assert/strict";
import { endedBy } from "../../../src/cli/longArguments";

describe("a command with long arguments", () => {
  for (const [signal, status, next] of [
    ["SIGBUS", 135, /became shorter/],
    ["SIGKILL", 137, /memory/],
    ["SIGSEGV", 139, null],
  ] as const) {
    it(`that ${signal} ends says so in one line and ends with status ${status}`, () => {
      let text = "";
      assert.equal(endedBy(signal, { write: (part: string) => (text += part) }), status);
      assert.match(text, /^[^\n]+\n$/);
      const said = JSON.parse(text) as { code: string; message: string; next?: string };
      assert.equal(said.code, "process-ended");
      assert.match(said.message, new RegExp(signal));
      if (next === null) assert.equal(said.next, undefined);
      else assert.match(said.next ?? "", next);
    });
  }
});
