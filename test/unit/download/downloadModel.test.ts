import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { CancelledError, CodedError } from "../../../src/base/errors";
import { seededRandom } from "../../../src/base/random";
import type { DownloadErrorCode } from "../../../src/download/downloadError";
import { downloadModel, endpointFrom, type DownloadOptions } from "../../../src/download/downloadModel";
import type { CatalogueEntry } from "../../../src/protocol/catalogue";
import {
  entryOf,
  gitBlob,
  sha256,
  startModelServer,
  type Faults,
  type ModelServer,
  type ServedModel,
} from "../../support/modelServer";
import { useTempFolder } from "../../support/tempFolder";

const random = seededRandom(5);
const weights = Uint8Array.from({ length: 100_000 }, () => Math.floor(256 * random()));
const model: ServedModel = {
  name: "org/tiny",
  commit: "0123456789abcdef0123456789abcdef01234567",
  files: {
    "config.json": new TextEncoder().encode('{"model_type": "gpt2"}'),
    "tokenizer.json": new TextEncoder().encode("{}"),
    "model.safetensors": weights,
  },
  large: ["model.safetensors"],
};
const entry = entryOf(model);
/** The same where nothing is known but the names. */
const unknown: CatalogueEntry = {
  ...entry,
  revision: "main",
  about: 100_000,
  files: entry.files.map(({ name }) => ({ name })),
};

describe("downloading a model", () => {
  const temp = useTempFolder();
  let server: ModelServer;
  beforeEach(async () => {
    server = await startModelServer(model);
  });
  afterEach(() => server.close());

  const to = () => path.join(temp(), "models");
  const target = (...parts: string[]) => path.join(to(), "org--tiny", ...parts);
  const partial = (...parts: string[]) => path.join(to(), "org--tiny.partial", ...parts);
  const options = (more: Partial<DownloadOptions> = {}): DownloadOptions => ({
    to: to(),
    endpoint: new URL(server.endpoint),
    retryAfterMs: [],
    timeoutMs: 2000,
    ...more,
  });
  const download = (more: Partial<DownloadOptions> = {}, of = entry) => downloadModel(of, options(more));
  const fails = async (code: DownloadErrorCode, more: Partial<DownloadOptions> = {}, of = entry) => {
    let said: CodedError | undefined;
    await assert.rejects(download(more, of), (thrown) => {
      assert.ok(thrown instanceof CodedError, String(thrown));
      assert.equal(thrown.code, code, thrown.message);
      assert.match(thrown.next ?? "", /\.$/, "a next step");
      said = thrown;
      return true;
    });
    assert.ok(!fs.existsSync(target()), "nothing is in place");
    return said as CodedError;
  };
  const received = (path: string) =>
    server.requests.filter((line) => line.startsWith("GET") && line.includes(path));
  const requireComplete = () => {
    for (const [name, bytes] of Object.entries(model.files)) {
      assert.deepEqual(new Uint8Array(fs.readFileSync(target(name))), bytes, name);
    }
    const names = [...Object.keys(model.files), "introspect-download.json"];
    assert.deepEqual(fs.readdirSync(target()).sort(), names.sort());
    assert.ok(!fs.existsSync(partial()), "no unfinished folder is left");
  };

  it("brings every file, checked against the catalogue, and says what it brought", async () => {
    const steps: { done: number; total: number; message: string }[] = [];
    const { path: folder, ...record } = await download({ onProgress: (step) => steps.push(step) });
    assert.equal(folder, target());
    requireComplete();
    assert.deepEqual(JSON.parse(fs.readFileSync(target("introspect-download.json"), "utf8")), record);
    assert.equal(record.revision, model.commit);
    assert.deepEqual(
      record.files,
      Object.entries(model.files).map(([name, bytes]) => {
        return { name, size: bytes.length, sha256: sha256(bytes), checked: "catalogue" };
      }),
    );
    const total = Object.values(model.files).reduce((sum, { length }) => sum + length, 0);
    assert.deepEqual([steps.at(-1)?.done, steps.at(-1)?.total], [total, total]);
    assert.ok(
      steps.every(({ done }, i) => i === 0 || done >= steps[i - 1].done),
      "progress only grows",
    );
    assert.match(steps.at(-1)?.message ?? "", /model\.safetensors/);
  });

  it("pins a branch by its first answer, and holds files against what the server states", async () => {
    const record = await download({}, unknown);
    assert.deepEqual([record.asked, record.revision], ["main", model.commit]);
    assert.deepEqual(
      record.files.map(({ checked }) => checked),
      ["server", "server", "server"],
    );
    const asked = server.requests.map((line) => /resolve\/(\w+)\//.exec(line)?.[1]).filter(Boolean);
    assert.equal(asked[0], "main");
    assert.ok(
      asked.slice(1).every((revision) => revision === model.commit),
      asked.join(" "),
    );
    requireComplete();
  });

  it("says that only lengths were checked where a server states nothing", async () => {
    server.faults.silent = true;
    const record = await download({}, unknown);
    assert.equal(record.revision, null);
    assert.deepEqual(
      record.files.map(({ checked }) => checked),
      ["size", "size", "size"],
    );
  });

  const answers: [string, Faults, DownloadErrorCode][] = [
    ["is not there", { status: 404 }, "download-missing"],
    ["asks for an account", { status: 401 }, "download-gated"],
    ["is for some only", { status: 403 }, "download-gated"],
    ["comes from a busy server", { status: 429 }, "download-refused"],
    ["comes from a broken server", { status: 500 }, "download-refused"],
    ["breaks off", { cut: { after: 20_000, times: 9 } }, "download-cut-off"],
    ["falls silent", { stall: 20_000 }, "download-timeout"],
    ["is another one", { wrongBytes: true }, "download-hash"],
    ["is sent on and on", { redirect: "/org/tiny/resolve/main/config.json" }, "download-redirects"],
    ["is sent on to what is no network", { redirect: "file:///etc/passwd" }, "download-redirects"],
  ];
  for (const [what, faults, code] of answers) {
    it(`of a file that ${what} ends with ${code}`, async () => {
      Object.assign(server.faults, faults);
      await fails(code, { timeoutMs: 300 });
    });
  }

  it("without a network says so at once", async () => {
    const closed = await startModelServer(model);
    await closed.close();
    await fails("download-offline", { endpoint: new URL(closed.endpoint) });
    await fails("download-offline", { endpoint: new URL("http://no-such-host.invalid") });
    assert.ok(!fs.existsSync(partial()), "nothing is left");
  });

  it("fetches no byte of a file that the server states to be another", async () => {
    const other = { ...entry, files: entry.files.map((file) => ({ ...file, sha256: "0".repeat(64) })) };
    await fails("download-hash", {}, { ...other, files: [other.files[2]] });
    const longer = { ...entry.files[2], size: 100_001 };
    await fails("download-hash", {}, { ...entry, files: [longer] });
    assert.equal(server.sent(), 0);
  });

  it("throws away what turned out wrong, so that the next try begins afresh", async () => {
    server.faults.wrongBytes = true;
    await fails("download-hash", {}, { ...entry, files: [entry.files[2]] });
    assert.ok(!fs.existsSync(partial()), "nothing is left");
    delete server.faults.wrongBytes;
    await download();
    requireComplete();
  });

  it("goes on where it broke off, asking for the rest alone", async () => {
    server.faults.cut = { after: 40_960, times: 1 };
    await fails("download-cut-off");
    const kept = fs.statSync(partial("model.safetensors.part")).size;
    assert.ok(kept > 0 && kept <= 40_960, String(kept));
    const before = server.sent();
    await download();
    requireComplete();
    assert.ok(received("cdn").at(-1)?.endsWith(`bytes=${kept}-`), received("cdn").join("\n"));
    assert.equal(server.sent() - before, weights.length - kept, "what was there is not sent again");
  });

  it("tries again by itself where a connection breaks", async () => {
    server.faults.cut = { after: 40_960, times: 2 };
    await download({ retryAfterMs: [1, 1] });
    requireComplete();
    assert.equal(received("cdn").length, 3);
  });

  const others: [string, Faults][] = [
    ["the bytes are others by now", { tag: '"new"' }],
    ["the server knows no ranges", { noRanges: true }],
  ];
  for (const [what, faults] of others) {
    it(`begins the file afresh where ${what}`, async () => {
      server.faults.cut = { after: 40_960, times: 1 };
      await fails("download-cut-off");
      Object.assign(server.faults, faults);
      await download();
      requireComplete();
    });
  }

  it("begins the file afresh where what was kept is longer than it, or nobody vouches for it", async () => {
    fs.mkdirSync(partial(), { recursive: true });
    fs.writeFileSync(partial("model.safetensors.part"), Buffer.alloc(100_001));
    fs.writeFileSync(partial("model.safetensors.part.etag"), '"bytes-of-model.safetensors"');
    await download();
    requireComplete();
    fs.rmSync(target(), { recursive: true });
    fs.mkdirSync(partial(), { recursive: true });
    fs.writeFileSync(partial("model.safetensors.part"), Buffer.alloc(50_000));
    await download();
    requireComplete();
  });

  it("notices bytes that were harmed since the try before", async () => {
    server.faults.cut = { after: 40_960, times: 1 };
    await fails("download-cut-off");
    const part = fs.readFileSync(partial("model.safetensors.part"));
    part[100] ^= 1;
    fs.writeFileSync(partial("model.safetensors.part"), part);
    await fails("download-hash");
    await download();
    requireComplete();
  });

  it("stops when it is cancelled: the connection ends, what has come is kept", async () => {
    server.faults.pace = 5;
    const controller = new AbortController();
    const onProgress = ({ done }: { done: number }): void => {
      if (done > 20_000) controller.abort();
    };
    await assert.rejects(download({ signal: controller.signal, onProgress }), CancelledError);
    assert.ok(fs.statSync(partial("model.safetensors.part")).size > 0);
    const deadline = Date.now() + 2000;
    while (received("cdn").length && server.open() > 1 && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const sent = server.sent();
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal(server.sent(), sent, "nothing is sent any more");
    assert.ok(sent < weights.length);
    delete server.faults.pace;
    await download();
    requireComplete();
  });

  it("that was cancelled before it began asks nobody", async () => {
    await assert.rejects(download({ signal: AbortSignal.abort() }), CancelledError);
    assert.deepEqual(server.requests, []);
  });

  it("asks for room first, counting what is there already", async () => {
    const reserve = 64 * 1024 * 1024;
    const total = Object.values(model.files).reduce((sum, { length }) => sum + length, 0);
    const said = await fails("no-space", { freeBytes: async () => reserve + total - 1 });
    assert.match(said.message, /are needed in .* are free/);
    assert.equal(server.sent(), 0);
    server.faults.cut = { after: 40_960, times: 1 };
    await fails("download-cut-off");
    const kept = fs.statSync(partial("model.safetensors.part")).size;
    await download({ freeBytes: async () => reserve + weights.length - kept });
    requireComplete();
  });

  (fs.existsSync("/dev/full") ? it : it.skip)("on a disk that runs full says so", async () => {
    fs.mkdirSync(partial(), { recursive: true });
    fs.symlinkSync("/dev/full", partial("model.safetensors.part"));
    const said = await fails("no-space");
    assert.match(said.message, /full/);
  });

  it("into a folder that is there leaves it as it is", async () => {
    fs.mkdirSync(target(), { recursive: true });
    fs.writeFileSync(target("mine"), "mine");
    await assert.rejects(download(), { code: "download-exists" });
    assert.deepEqual(fs.readdirSync(target()), ["mine"]);
    assert.deepEqual(server.requests, []);
  });

  it("into what is no folder says so", async () => {
    fs.writeFileSync(to(), "a file");
    await fails("download-unwritable");
  });

  it("twice at once is refused, and a lock of a process that ended is not believed", async () => {
    server.faults.pace = 5;
    const first = download();
    while (received("cdn").length === 0) await new Promise((resolve) => setTimeout(resolve, 2));
    await assert.rejects(download(), { code: "download-running" });
    delete server.faults.pace;
    await first;
    requireComplete();
    fs.rmSync(target(), { recursive: true });
    fs.mkdirSync(partial(), { recursive: true });
    fs.writeFileSync(partial(".lock"), "999999999");
    await download();
    requireComplete();
    fs.rmSync(target(), { recursive: true });
    fs.mkdirSync(partial(), { recursive: true });
    fs.writeFileSync(partial(".lock"), "");
    await assert.rejects(download(), { code: "download-running" }, "it is being made");
    fs.utimesSync(partial(".lock"), 1, 1);
    await download();
    requireComplete();
  });

  it("comes from Hugging Face, or from the mirror that HF_ENDPOINT names", () => {
    assert.equal(endpointFrom({}).href, "https://huggingface.co/");
    assert.equal(
      endpointFrom({ HF_ENDPOINT: "https://mirror.example/hf/" }).href,
      "https://mirror.example/hf/",
    );
    for (const HF_ENDPOINT of ["mirror", "file:///etc", "http://"]) {
      assert.throws(() => endpointFrom({ HF_ENDPOINT }), { code: "download-endpoint" });
    }
  });

  it("computes Git's own checksum as Git does", () => {
    assert.equal(gitBlob(new TextEncoder().encode("hello\n")), "ce013625030ba8dba906f756967f9e9ca394464a");
  });
});
