import assert from "node:assert/strict";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { readText } from "../../../src/cli/textFile";
import { removeFolder } from "../../support/tempFolder";

describe("text files", () => {
  let folder: string;
  before(() => (folder = fs.mkdtempSync(path.join(os.tmpdir(), "introspect-text-"))));
  after(() => removeFolder(folder));
  const file = (bytes: Uint8Array | string) => {
    const name = path.join(folder, "file.txt");
    fs.writeFileSync(name, bytes);
    return name;
  };

  for (const text of ["", "plain", "\uFEFFwith a mark\r\n", "NUL \0 and bell \u0007", "😀 é"]) {
    it(`come as they are: ${JSON.stringify(text)}`, async () => {
      assert.equal(await readText(file(text)), text);
    });
  }

  for (const [what, bytes] of [
    ["Latin-1", [0x63, 0x61, 0x66, 0xe9]],
    ["UTF-16", [0xff, 0xfe, 0x61, 0x00]],
    ["half a character", [0x61, 0xe2, 0x82]],
    ["an encoded surrogate", [0xed, 0xa0, 0x80]],
  ] as const) {
    it(`are refused in ${what}`, async () => {
      await assert.rejects(readText(file(Uint8Array.from(bytes))), { code: "file-not-utf8" });
    });
  }

  it("are refused when they are not there, or folders", async () => {
    await assert.rejects(readText(path.join(folder, "none.txt")), { code: "file-not-found" });
    await assert.rejects(readText(folder), { code: "file-unreadable" });
  });

  it("are read no further than a text may be long", async function () {
    if (!fs.existsSync("/dev/zero")) this.skip();
    await assert.rejects(readText("/dev/zero"), { code: "file-too-large" });
  });

  it("may be standard input, cut anywhere", async () => {
    const bytes = Buffer.from("a😀b");
    async function* stdin() {
      for (const byte of bytes) yield Uint8Array.of(byte);
    }
    assert.equal(await readText("-", stdin()), "a😀b");
  });
});
