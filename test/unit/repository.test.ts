import assert from "node:assert/strict";
import fs from "node:fs";
import { inRepo } from "../support/paths";

describe("the repository", () => {
  it("has a lock file that names no registry host", () => {
    const lock = fs.readFileSync(inRepo("package-lock.json"), "utf8");
    assert.doesNotMatch(lock, /"resolved": "http/);
  });

  it("pins every dependency to an exact version", () => {
    const manifest = JSON.parse(fs.readFileSync(inRepo("package.json"), "utf8")) as Record<
      "dependencies" | "devDependencies",
      Record<string, string>
    >;
    for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
      assert.match(version, /^\d+\.\d+\.\d+/, name);
    }
  });
});
