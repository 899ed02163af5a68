/** Two windows have two engines over one cache, and a person who cancels waits for no engine: both with real processes. */
import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { CancelSource } from "../../../src/base/cancel";
import { CancelledError } from "../../../src/base/errors";
import { silentLogger } from "../../../src/base/log";
import { seededRandom } from "../../../src/base/random";
import type { EngineSupervisor } from "../../../src/extension/engine/engineSupervisor";
import { forkEngine } from "../../../src/extension/engine/forkEngine";
import type { EngineApi } from "../../../src/protocol/engineApi";
import { RpcPeer } from "../../../src/protocol/rpc";
import { inRepo } from "../../support/paths";
import { bundleEngine, superviseEngine } from "../../support/realEngine";
import { useTempFolder } from "../../support/tempFolder";

const text = fs.readFileSync(inRepo("src/protocol/rpc.ts"), "utf8");
const input = { kind: "text", text: text.slice(0, 400), offset: 0 } as const;

describe("engines of the bundled model", function () {
  this.timeout(300_000);
  const folder = useTempFolder();
  let script = "";
  let model = "";
  before(async () => {
    script = await bundleEngine("twoEngines");
  });
  after(() => fs.rmSync(script, { force: true }));
  beforeEach(() => {
    model = join(folder(), "model");
    fs.cpSync(inRepo("models/introspect-small"), model, { recursive: true });
  });

  const lens = async (engine: EngineSupervisor): Promise<string> =>
    JSON.stringify((await engine.call("lens/view", { model, input, columns: 4, k: 3 })).layers);

  /** What is left in a cache: whole files, and what is not. */
  const contentOf = (cache: string): { whole: number; parts: string[] } => {
    const names = fs.readdirSync(join(cache, "introspect", "converted"));
    const parts = names.filter((name) => name.endsWith(".part"));
    return { whole: names.filter((name) => name.endsWith(".safetensors")).length, parts };
  };

  it("convert its weights into one cache at once, and both answer alike", async () => {
    let expected: string | undefined;
    for (let round = 0; round < 8; round++) {
      const cache = join(folder(), `cache-${round}`);
      const engines = [1, 2, 3].map(() => superviseEngine(script, silentLogger, cache));
      const answers = await Promise.all(engines.map(lens));
      expected ??= answers[0];
      assert.deepEqual(answers, [expected, expected, expected]);
      assert.deepEqual(contentOf(cache), { whole: 1, parts: [] });
      for (const engine of engines) engine.dispose();
    }
  });

  it("lose nothing when one is killed while it converts", async () => {
    const random = seededRandom(7);
    const expected = await answerAlone();
    for (let round = 0; round < 12; round++) {
      const cache = join(folder(), `cache-${round}`);
      const [victim, other] = [1, 2].map(() => superviseEngine(script, silentLogger, cache));
      const lost = lens(victim).catch(() => null);
      const kept = lens(other);
      await new Promise((resolve) => setTimeout(resolve, 60 + random() * 200));
      if (victim.pid !== undefined) process.kill(victim.pid, "SIGKILL");
      assert.equal(await kept, expected);
      await lost;
      assert.equal(await lens(victim), expected);
      assert.equal(contentOf(cache).whole, 1);
      victim.dispose();
      other.dispose();
    }
  });

  async function answerAlone(): Promise<string> {
    const engine = superviseEngine(script, silentLogger, join(folder(), "cache-alone"));
    const answer = await lens(engine);
    engine.dispose();
    return answer;
  }

  const document = text.repeat(8);
  const long: { [K in keyof EngineApi]?: EngineApi[K]["params"] } = {};
  beforeEach(() => {
    long["neurons/places"] = { model, text: document, bos: "auto", layer: 1, neuron: 3, sign: 1 };
    long["steer/run"] = {
      base: model,
      experiment: {
        version: 1,
        model: { path: model, digest: null },
        prompt: text.slice(0, 300),
        edits: [{ hook: "blocks.1.hook_resid_pre", op: "zero", positions: "last", scale: 0.1 }],
        sampling: { maxTokens: 150, temperature: 0, seed: 0 },
        controls: { isotropic: 20, seed: 0 },
      },
    };
  });

  for (const method of ["neurons/places", "steer/run"] as const) {
    it(`stop ${method} within a second of a cancel, without being ended`, async () => {
      const child = forkEngine(script, silentLogger, {
        XDG_CACHE_HOME: join(folder(), "cache"),
        LOCALAPPDATA: join(folder(), "cache"),
      });
      const peer = new RpcPeer<Record<never, never>, EngineApi>(child, {}, { remote: "engine" });
      try {
        await peer.request("lens/view", { model, input, columns: 4, k: 3 });
        for (const wait of [40, 150, 400]) {
          const source = new CancelSource();
          let stopped = 0;
          let onSettled = (): void => {};
          const settled = new Promise<void>((resolve) => (onSettled = resolve));
          const call = peer.request(method, long[method] as never, {
            signal: source.signal,
            onSettled: () => {
              stopped = performance.now();
              onSettled();
            },
          });
          const rejected = assert.rejects(call, CancelledError);
          await new Promise((resolve) => setTimeout(resolve, wait));
          const cancelled = performance.now();
          assert.equal(stopped, 0, "it is at work when it is cancelled");
          source.cancel();
          await Promise.all([settled, rejected]);
          assert.ok(stopped - cancelled < 1000, `${stopped - cancelled} ms`);
        }
        assert.ok(child.ending === undefined);
      } finally {
        child.kill();
      }
    });
  }

  it("answer a view before the background work that was asked for earlier", async () => {
    const engine = superviseEngine(script, silentLogger, join(folder(), "cache"));
    const order: string[] = [];
    await lens(engine);
    const background = engine
      .call("neurons/places", long["neurons/places"]!, { meta: { view: "search", priority: "background" } })
      .then(() => order.push("background"));
    await new Promise((resolve) => setTimeout(resolve, 100));
    for (const end of [40, 80, 120]) {
      const part = { ...input, text: text.slice(0, end) };
      await engine.call("lens/view", { model, input: part, columns: 4, k: 3 }, { meta: { view: "lens" } });
      order.push("view");
    }
    await background;
    assert.deepEqual(order, ["view", "view", "view", "background"]);
    engine.dispose();
  });
});
