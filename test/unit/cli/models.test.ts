import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import type { ModelList } from "../../../src/protocol/modelList";
import { cli, cliError, cliJson } from "../../support/cli";
import { startModelServer, type ModelServer } from "../../support/modelServer";
import { useTempFolder } from "../../support/tempFolder";

describe("introspect models and download", () => {
  const temp = useTempFolder();
  let server: ModelServer | undefined;
  const before = { ...process.env };

  beforeEach(() => {
    process.env["HF_HUB_CACHE"] = path.join(temp(), "hub");
  });
  afterEach(async () => {
    await server?.close();
    server = undefined;
    for (const name of ["HF_HUB_CACHE", "HF_ENDPOINT", "http_proxy"]) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
  });

  it("lists the bundled model, the cache that was looked through, and the catalogue", async () => {
    const list = await cliJson<ModelList>("models", "--memory-budget", "1.5");
    assert.equal(list.budget, 1.5e9);
    assert.equal(list.cache, path.join(temp(), "hub"));
    const [bundled, ...others] = list.models;
    assert.deepEqual([bundled.source, bundled.name, bundled.fits], ["bundled", "introspect-small", true]);
    assert.ok(others.some(({ source, name }) => source === "catalogue" && name === "openai-community/gpt2"));
    assert.ok(others.some(({ fits }) => fits === false));
  });

  it("asks the server that HF_ENDPOINT names, under the pinned revision, and tells what it says", async () => {
    server = await startModelServer({ name: "none", commit: "", files: {}, large: [] });
    process.env["HF_ENDPOINT"] = server.endpoint;
    const { status, code, next } = await cliError("download", "pythia-70m", "--to", temp());
    assert.deepEqual([status, code], [1, "download-missing"]);
    assert.match(next, /\.$/);
    assert.match(server.requests[0], /^HEAD \/EleutherAI\/pythia-70m\/resolve\/[0-9a-f]{40}\/config\.json$/);
    assert.ok(!fs.existsSync(path.join(temp(), "EleutherAI--pythia-70m")));
  });

  it("goes through the proxy of the environment", async () => {
    server = await startModelServer({ name: "none", commit: "", files: {}, large: [] });
    process.env["HF_ENDPOINT"] = "http://models.invalid";
    process.env["http_proxy"] = server.endpoint;
    const { code } = await cliError("download", "gpt2", "--to", temp());
    assert.equal(code, "download-missing");
    assert.match(server.requests[0], /^HEAD http:\/\/models\.invalid\/openai-community\/gpt2\//);
  });

  it("of a name that is not in the catalogue says which one was meant", async () => {
    const { status, code, next } = await cliError("download", "gtp2");
    assert.deepEqual([status, code, next], [2, "usage", "Did you mean gpt2?"]);
    assert.match((await cliError("download", "completely/else")).next, /openai-community\/gpt2/);
    assert.equal((await cli("download")).status, 2);
  });
});
