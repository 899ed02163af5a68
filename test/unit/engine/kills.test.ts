import assert from "node:assert/strict";
import fs from "node:fs";
import { join } from "node:path";
import { silentLogger } from "../../../src/base/log";
import { CodedError } from "../../../src/base/errors";
import { seededRandom } from "../../../src/base/random";
import type { EngineSupervisor } from "../../../src/extension/engine/engineSupervisor";
import type { EngineApi } from "../../../src/protocol/engineApi";
import { bundleEngine, superviseEngine } from "../../support/realEngine";
import { useTempFolder, writeFiles } from "../../support/tempFolder";
import { writeTinyCheckpoint } from "../../support/tinyCheckpoint";
import { tinyModel } from "../../support/tinyModel";
import { byteLevelJson } from "../../support/tokenizerJson";

const shape = {
  nLayers: 4,
  nHeads: 4,
  dModel: 64,
  dMlp: 128,
  dVocab: 300,
  nCtx: 64,
  kind: "gpt",
  seed: 1,
} as const;

/** "answered", or the code of the error; an error without one gives its words, which are no code. */
const outcomeOf = (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => "answered",
    (error: unknown) =>
      error instanceof CodedError && error.code !== "internal" ? error.code : `no code: ${String(error)}`,
  );

describe("the real engine", function () {
  this.timeout(300_000);
  const folder = useTempFolder();
  let script = "";
  let engine: EngineSupervisor;
  let model = "";
  before(async () => {
    script = await bundleEngine("killedEngine");
  });
  after(() => fs.rmSync(script, { force: true }));
  beforeEach(() => {
    model = join(folder(), "model");
    fs.mkdirSync(model);
    writeTinyCheckpoint(model, tinyModel(shape));
    writeFiles(model, { "tokenizer.json": byteLevelJson() });
    engine = superviseEngine(script, silentLogger, join(folder(), "cache"));
  });
  afterEach(() => engine.dispose());

  const text = "the cat sat on the mat and looked";
  const input = { kind: "text", text, offset: 0 } as const;
  const steps = 40;
  const calls = (): Promise<unknown>[] => [
    engine.call("lens/view", { model, input, columns: 12, k: 5 }),
    engine.call("attention/view", { model, input, range: { start: 4, end: 11 }, layer: 1, head: 1 }),
    engine.call("steer/run", { experiment: experiment(steps), base: model }),
  ];
  const experiment = (maxTokens: number): EngineApi["steer/run"]["params"]["experiment"] => ({
    version: 1,
    model: { path: model, digest: null },
    prompt: "the cat",
    edits: [
      {
        hook: "blocks.0.hook_resid_pre",
        op: "add",
        value: new Array<number>(64).fill(0.1),
        positions: "last",
      },
    ],
    sampling: { maxTokens, temperature: 0, seed: 0 },
    controls: { isotropic: 2, seed: 0 },
  });
  const lens = async (): Promise<string> =>
    JSON.stringify((await engine.call("lens/view", { model, input, columns: 3, k: 2 })).layers);

  it("answers every call and then the next one, however and whenever it is killed: 200 times", async () => {
    const expected = await lens();
    const random = seededRandom(1);
    const outcomes = new Map<string, number>();
    for (let round = 0; round < 200; round++) {
      const before = engine.pid;
      const waiting = calls().map(outcomeOf);
      await new Promise((resolve) => setTimeout(resolve, random() * 60));
      const pid = engine.pid;
      assert.ok(pid !== undefined);
      process.kill(pid, ["SIGKILL", "SIGTERM", "SIGSEGV"][round % 3]);
      for (const outcome of await Promise.all(waiting)) {
        assert.ok(outcome === "answered" || outcome === "engine-closed", outcome);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
      assert.equal(await lens(), expected, `round ${round}`);
      assert.ok(engine.pid !== undefined && (round === 0 || engine.pid !== before || before === undefined));
    }
    assert.ok((outcomes.get("engine-closed") ?? 0) > 100, JSON.stringify([...outcomes]));
  });

  /** What may happen to the mapped weights while a run reads them, and what is said of it afterwards. */
  const harms: [what: string, harm: (file: string) => void, code: string | null][] = [
    ["are cut short", (file) => fs.truncateSync(file, 5000), "weights-malformed"],
    ["are cut to nothing", (file) => fs.truncateSync(file, 0), "weights-malformed"],
    [
      "are overwritten in place by nonsense",
      (file) => fs.writeFileSync(file, "nonsense"),
      "weights-malformed",
    ],
    ["are unlinked", (file) => fs.rmSync(file), "weights-missing"],
    [
      "are replaced by other ones",
      (file) => {
        writeTinyCheckpoint(folder(), tinyModel({ ...shape, seed: 2 }));
        fs.renameSync(join(folder(), "model.safetensors"), file);
      },
      null,
    ],
    [
      "are overwritten in place by other ones",
      (file) => {
        writeTinyCheckpoint(folder(), tinyModel({ ...shape, seed: 2 }));
        fs.writeFileSync(file, fs.readFileSync(join(folder(), "model.safetensors")));
      },
      null,
    ],
  ];
  /** The lens once a change of the files has been told, which happens once and to whoever asks first. */
  const lensAfterChange = (): ReturnType<typeof lens> =>
    lens().catch((error: CodedError) => {
      assert.equal(error.code, "model-changed");
      return lens();
    });
  for (const [what, harm, code] of harms) {
    it(`gives a coded answer when its weights ${what} during a run, and works once they are back`, async () => {
      const file = join(model, "model.safetensors");
      const good = fs.readFileSync(file);
      const expected = await lens();
      for (const wait of [0, 5, 30]) {
        const running = calls().map(outcomeOf);
        await new Promise((resolve) => setTimeout(resolve, wait));
        harm(file);
        for (const outcome of await Promise.all(running)) {
          assert.match(outcome, /^[a-z]+(-[a-z]+)*$/);
        }
        if (code === null) assert.notEqual(await lensAfterChange(), expected);
        else {
          const after = await lens().catch((error: CodedError) => error.code);
          assert.equal(after, code);
        }
        fs.rmSync(file, { force: true });
        fs.writeFileSync(file, good);
        assert.equal(await lensAfterChange(), expected);
      }
    });
  }
});
