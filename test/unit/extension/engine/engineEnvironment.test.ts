import assert from "node:assert/strict";
import { settingsFrom } from "../../../../src/engine/environment";
import { engineEnvironment } from "../../../../src/extension/engine/engineEnvironment";

describe("the engine's environment", () => {
  const values = { device: "cpu", memoryBudget: 0, cudaLibraries: "" };

  it("carries device and budget to where the engine reads them", () => {
    const env = engineEnvironment({ ...values, device: "webgpu", memoryBudget: 12.5 }, {}, "linux");
    assert.deepEqual(settingsFrom(env), { device: "webgpu", memoryBudget: 12.5e9 });
    assert.deepEqual(settingsFrom(engineEnvironment(values, {}, "linux")), { device: "cpu" });
  });

  const places: [platform: string, env: Record<string, string>, name: string, value: string][] = [
    ["linux", {}, "LD_LIBRARY_PATH", "/cuda"],
    ["linux", { LD_LIBRARY_PATH: "/a:/b" }, "LD_LIBRARY_PATH", "/cuda:/a:/b"],
    ["win32", { PATH: "C:\\a" }, "PATH", "/cuda;C:\\a"],
  ];
  for (const [platform, env, name, value] of places) {
    it(`puts the CUDA libraries first for the loader on ${platform}: ${value}`, () => {
      const made = engineEnvironment({ ...values, cudaLibraries: " /cuda " }, env, platform);
      assert.equal(made[name], value);
      assert.equal(made["INTROSPECT_CUDA_LIBRARIES"], "/cuda");
    });
  }
});
