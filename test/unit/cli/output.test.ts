import assert from "node:assert/strict";
import { Writable } from "node:stream";
import { JsonStream } from "../../../src/cli/jsonStream";
import { ProgressLine } from "../../../src/cli/progressLine";

/** A stream that takes a while for each piece, and remembers what it got. */
class SlowReader extends Writable {
  readonly parts: string[] = [];
  constructor() {
    super({ decodeStrings: false, highWaterMark: 10 });
  }
  override _write(part: string, _encoding: string, done: () => void): void {
    this.parts.push(part);
    setTimeout(done, 1);
  }
}

describe("JSON in pieces", () => {
  it("is the same as JSON at once", async () => {
    const reader = new SlowReader();
    const out = new JsonStream(reader);
    const items = Array.from({ length: 5000 }, (_, i) => ({ i, text: '</script>"\u2028' }));
    await out.text('{"items":');
    await out.list([items.slice(0, 3), [], items.slice(3)]);
    await out.text(',"more":');
    await out.value({ a: null });
    await out.text("}");
    await out.flush();
    assert.deepEqual(JSON.parse(reader.parts.join("")), { items, more: { a: null } });
    assert.ok(reader.parts.length > 2, "long answers are not gathered whole");
  });

  it("of no pieces is an empty list", async () => {
    const reader = new SlowReader();
    const out = new JsonStream(reader);
    await out.list([]);
    await out.flush();
    assert.equal(reader.parts.join(""), "[]");
  });
});

describe("progress on standard error", () => {
  const lines = (isTTY: boolean, times: readonly number[]) => {
    let written = "";
    let at = 0;
    const line = new ProgressLine({ isTTY, write: (text) => (written += text) }, () => times[at]);
    for (at = 0; at < times.length; at++) line.show({ done: at, total: 4, message: "Working" });
    at = 0;
    line.clear();
    return written;
  };

  it("is a line each tenth of a second", () => {
    assert.equal(lines(false, [0, 50, 120]), "Working 0%\nWorking 50%\n");
  });

  it("rewrites its line on a terminal and takes it off at the end", () => {
    assert.equal(lines(true, [0]), "\r\u001b[KWorking 0%\r\u001b[K");
  });
});
