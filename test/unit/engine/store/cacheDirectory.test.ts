import assert from "node:assert/strict";
import path from "node:path";
import { defaultCacheDirectory } from "../../../../src/engine/store/cacheDirectory";

describe("the cache folder", () => {
  const cases: readonly [string, NodeJS.Platform, Record<string, string>, string][] = [
    ["is in ~/.cache on Linux", "linux", {}, "/home/u/.cache/introspect"],
    ["follows XDG_CACHE_HOME", "linux", { XDG_CACHE_HOME: "/x" }, "/x/introspect"],
    ["ignores a relative XDG_CACHE_HOME", "linux", { XDG_CACHE_HOME: "x" }, "/home/u/.cache/introspect"],
    [
      "is in ~/Library/Caches on macOS",
      "darwin",
      { XDG_CACHE_HOME: "/x" },
      "/home/u/Library/Caches/introspect",
    ],
    ["is in %LOCALAPPDATA% on Windows", "win32", { LOCALAPPDATA: "/l" }, "/l/introspect"],
    ["is in AppData where %LOCALAPPDATA% is unset", "win32", {}, "/home/u/AppData/Local/introspect"],
  ];
  for (const [name, platform, env, expected] of cases) {
    it(name, () => {
      const found = defaultCacheDirectory({ platform, env, home: "/home/u" });
      assert.equal(found.split(path.sep).join("/"), expected);
    });
  }
});
