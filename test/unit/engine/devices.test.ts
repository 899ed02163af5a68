import assert from "node:assert/strict";
import { cudaReport, searchedFolders } from "../../../src/engine/cuda";
import { chooseDevice, deviceStates, type DeviceProbe } from "../../../src/engine/devices";
import { useTempFolder, writeFiles } from "../../support/tempFolder";

/** A runtime with some devices; those with a reason do not work. */
const probe = (devices: Record<string, string | null>): DeviceProbe => ({
  backends: () =>
    Promise.resolve([
      { name: "cpu", bundled: true },
      ...Object.keys(devices).map((name) => ({ name, bundled: true })),
    ]),
  trial: (name) => Promise.resolve(devices[name] ?? null),
});

describe("the device", () => {
  const cases: [
    asked: string | undefined,
    here: Record<string, string | null>,
    name: string,
    note: RegExp | null,
  ][] = [
    [undefined, { webgpu: null }, "cpu", null],
    ["cpu", { webgpu: null }, "cpu", null],
    ["webgpu", { webgpu: null }, "webgpu", /webgpu.*untested/],
    ["webgpu", { webgpu: "no adapter" }, "cpu", /instead of webgpu.*no adapter/],
    ["dml", { webgpu: null }, "cpu", /instead of dml.*no such device/],
    ["auto", { cuda: "no library", webgpu: null }, "webgpu", /untested/],
    ["auto", { cuda: "no library", webgpu: "no adapter" }, "cpu", /no library.*no adapter/],
    ["auto", {}, "cpu", /no such device/],
  ];
  for (const [asked, here, name, note] of cases) {
    it(`is ${name} for ${asked} where there is ${JSON.stringify(here)}`, async () => {
      const chosen = await chooseDevice(asked, probe(here));
      assert.equal(chosen.name, name);
      if (note === null) assert.equal(chosen.note, null);
      else assert.match(chosen.note ?? "", note);
    });
  }

  it("is refused where no platform has it", () =>
    assert.rejects(chooseDevice("abacus", probe({})), { code: "unknown-device" }));

  it("is told with whether it works, and that only the CPU is tested", async () => {
    const states = await deviceStates(probe({ webgpu: "no adapter" }));
    assert.deepEqual(states, [
      { name: "cpu", bundled: true, works: true, status: "tested" },
      { name: "webgpu", bundled: true, works: false, reason: "no adapter", status: "untested" },
    ]);
  });

  it("the CPU of the real runtime works, and every other one works or says why not", async () => {
    const states = await deviceStates();
    assert.ok(states.some(({ name, works }) => name === "cpu" && works));
    for (const { works, reason } of states) assert.ok(works || (reason?.length ?? 0) > 5);
  });
});

describe("CUDA's libraries", () => {
  const folder = useTempFolder();
  const report = (files: string[], own: string[] = []) => {
    writeFiles(folder(), Object.fromEntries(files.map((name) => [`cuda/${name}`, ""])));
    writeFiles(
      folder(),
      Object.fromEntries([...own, "libonnxruntime.so.1"].map((name) => [`ort/${name}`, ""])),
    );
    const places = {
      platform: "linux",
      folder: `${folder()}/cuda`,
      runtime: `${folder()}/ort`,
      searched: [],
    };
    return cudaReport(places);
  };
  const cuda = ["libcudart.so.12", "libcublas.so.12", "libcublasLt.so.12", "libcufft.so.11", "libcudnn.so.9"];
  const own = ["libonnxruntime_providers_shared.so", "libonnxruntime_providers_cuda.so"];

  it("are all missing at first, and each is named with its place", () => {
    const { libraries, install } = report([]);
    assert.ok(libraries.every(({ found }) => found === null) && libraries.length === 7);
    assert.equal(install.length, 2);
    assert.ok(
      install[0].includes("libonnxruntime_providers_cuda.so") && install[0].includes(`${folder()}/ort`),
    );
    assert.ok(install[1].includes("libcudnn.so"));
  });

  it("are named as far as they are missing", () => {
    const { install } = report(cuda.slice(0, 4), own);
    assert.equal(install.length, 1);
    assert.ok(install[0].includes("libcudnn.so") && !install[0].includes("libcudart.so"));
  });

  it("are all found", () => {
    const { install, libraries } = report(cuda, own);
    assert.deepEqual(install, []);
    assert.ok(libraries.every(({ found }) => found !== null));
  });

  it("have no place on macOS", () => {
    assert.equal(cudaReport({ platform: "darwin", folder: "", runtime: "", searched: [] }).supported, false);
  });

  it("are looked for where the loader looks", () => {
    assert.deepEqual(searchedFolders({ LD_LIBRARY_PATH: "/a::/b" }, "linux").slice(0, 2), ["/a", "/b"]);
    assert.deepEqual(searchedFolders({ PATH: "C:\\a;D:\\b" }, "win32"), ["C:\\a", "D:\\b"]);
    assert.deepEqual(searchedFolders({}, "darwin"), []);
  });
});
