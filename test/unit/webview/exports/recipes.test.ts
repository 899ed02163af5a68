/** What is copied as a command line is run by a shell, and gives the numbers of the picture. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import * as esbuild from "esbuild";
import { plainArrays } from "../../../../src/base/plainArrays";
import { readNpz } from "../../../../src/formats/npz";
import type { LensPanelData } from "../../../../src/protocol/lensPanel";
import type { PatchSide } from "../../../../src/protocol/patch";
import type { RunContext } from "../../../../src/protocol/model";
import { decodeSteeringSweep } from "../../../../src/protocol/decodeSteeringSweep";
import { decodeSavedView, savedViewText } from "../../../../src/protocol/savedView/savedView";
import type { AttentionPanelData, ModelPanelId, NeuronsPanelData } from "../../../../src/protocol/panelApi";
import { figureCommand, figurePython } from "../../../../webview/shared/exports/recipes";
import type { FigureSource } from "../../../../webview/shared/exports/facts";
import { PanelEngine, inputOf, madeOfRun, madeOfTexts } from "../../../support/panelData";
import { withStrength } from "../../../../src/protocol/strength";
import { inRepo } from "../../../support/paths";
import { useTempFolder } from "../../../support/tempFolder";

const run = promisify(execFile);
const text = 'const it\'s = "$HOME `x`";\nreturn items[0] % 2 \\ 3;\n';
const nasty = `a\u001b[201~\nrm -rf x\u0000%d\\n 'q' é\n${text}`;
type Json = Record<string, never>;

describe("a figure copied as a command line", function () {
  this.timeout(120_000);
  const folder = useTempFolder();
  const shims = inRepo("out/recipes-bin");
  let engine: PanelEngine;

  before(async () => {
    engine = new PanelEngine(inRepo("out/recipes-cache"));
    await esbuild.build({
      entryPoints: [inRepo("src/cli/main.ts")],
      outfile: inRepo("out/recipes-cli.js"),
      bundle: true,
      platform: "node",
      external: ["onnxruntime-node"],
      logLevel: "warning",
    });
    const script = `#!/bin/sh\nexec "${process.execPath}" "${inRepo("out/recipes-cli.js")}" "$@"\n`;
    fs.mkdirSync(shims, { recursive: true });
    fs.writeFileSync(path.join(shims, "introspect"), script, { mode: 0o755 });
  });
  after(() => engine.dispose());

  /** What the engine answered can be saved as a view and read again, number by number. */
  function requireSavable({ shown, model, made }: FigureSource): void {
    const state = { seq: 1, status: "ready", model, made, data: shown?.data } as never;
    const text = savedViewText(shown!.panel as ModelPanelId, state)!;
    const plain = JSON.parse(text) as { data: object };
    assert.deepEqual(JSON.parse(JSON.stringify(decodeSavedView(text).data, plainArrays)), plain.data);
  }

  /** Pastes the command into a shell and takes the answer. */
  async function paste(figure: string, source: FigureSource): Promise<Json> {
    requireSavable(source);
    const env = {
      ...process.env,
      PATH: `${shims}:${process.env["PATH"]}`,
      XDG_CACHE_HOME: inRepo("out/recipes-cache"),
    };
    const options = { env, cwd: folder(), maxBuffer: 64_000_000 };
    const { stdout } = await run("/bin/sh", ["-c", figureCommand(figure, source)], options);
    return JSON.parse(stdout) as Json;
  }

  async function lens(
    shown: string,
    context: RunContext = { kind: "document" },
    kind: "logit" | "trained" = "logit",
    offset = 0,
  ): Promise<FigureSource> {
    const input = inputOf(shown, { context, offset });
    const view = await engine.call("lens/view", {
      model: engine.path,
      input,
      columns: 6,
      k: 5,
      lens: { kind, file: null },
    });
    const data: LensPanelData = {
      ...view,
      followed: [],
      selected: null,
      pinned: null,
      marks: { depth: false, inline: false },
    };
    return engine.source({ panel: "lens", data }, madeOfRun({ input, window: view.window, range: null }));
  }

  const cells = (layers: LensPanelData["layers"], from: number): unknown =>
    layers.map(({ positions }) => positions.slice(from));

  const asked: [string, Parameters<typeof lens>][] = [
    ["a text of quotes, dollars and backslashes", [text]],
    ["a text of control characters", [nasty]],
    [
      "a text behind a prefix",
      ["return x;", { kind: "prefix", from: 7, prefix: "let x = '%s';\n" }, "logit", 7],
    ],
    ["a trained lens", [text, { kind: "document" }, "trained"]],
    ["a text that is cut to the context", [text.repeat(60)]],
  ];
  for (const [name, args] of asked) {
    it(`gives the lens of ${name}`, async () => {
      const source = await lens(...args);
      const data = source.shown?.data as LensPanelData;
      const answer = (await paste("lens-grid", source)) as unknown as LensPanelData & {
        ids: number[];
        digest: string;
      };
      assert.deepEqual(answer.ids, data.window.ids);
      assert.equal(answer.digest, source.model?.digest);
      const n = data.positions.length;
      assert.equal(n, 6);
      near(cells(answer.layers, answer.ids.length - n), cells(data.layers, 0));
    });
  }

  it("gives the mean surprisal of the shown positions, and tokens that stand deep in a row", async () => {
    const source = await lens(text);
    const data = source.shown?.data as LensPanelData;
    const answer = (await paste("lens-perplexity", source)) as unknown as LensPanelData;
    assert.equal(answer.perplexity.tokens, data.perplexity.tokens);
    near(answer.perplexity.surprisal, data.perplexity.surprisal);
    const deep = (await paste("lens-trajectories", source)) as unknown as LensPanelData;
    const [line] = data.trajectories.at(-1)!;
    line!.rank.forEach((rank, layer) => {
      const listed = deep.layers[layer]!.positions.at(-1)!.top[rank - 1]!;
      assert.equal(listed.id, line!.id);
      near(listed.logProb, line!.logProb[layer]);
    });
  });

  it("gives the heads, the pattern, an edge's parts and what blocking it does", async () => {
    const input = inputOf(text);
    const range = { start: 6, end: 30 };
    const at = { layer: 2, head: 3 };
    const view = await engine.call("attention/view", { model: engine.path, input, range, ...at });
    const edge = { ...at, query: 8, key: 3 };
    const why = await engine.call("attention/why", { model: engine.path, input, ...edge, top: 40 });
    const before = await engine.call("attention/block", {
      model: engine.path,
      input,
      ...edge,
      softmax: "before",
    });
    const data: AttentionPanelData = { ...view, edge: { ...edge, why, blocks: { before } } };
    const source = await engine.source(
      { panel: "attention", data },
      madeOfRun({ input, window: view.window, range }),
    );
    const heads = (await paste("attention-heads", source)) as unknown as { text: { heads: unknown } };
    near(heads.text.heads, view.heads);
    await paste("attention-pattern", source);
    const npz = readNpz(fs.readFileSync(path.join(folder(), "pattern.npz")));
    const pattern = npz.get("blocks.2.attn.hook_pattern")!;
    const n = view.window.ids.length;
    assert.deepEqual(pattern.shape, [6, n, n]);
    const cell = (q: number, k: number) => Number(pattern.data[(3 * n + q) * n + k]);
    near(
      view.positions.map((q) => view.positions.map((k) => cell(q, k))),
      view.pattern.rows,
    );
    const said = (await paste("attention-why", source)) as unknown as typeof why;
    near(said.pairs, why.pairs);
    const blocked = (await paste("attention-block", source)) as unknown as typeof before;
    near([blocked.change, blocked.controls], [before.change, before.controls]);
  });

  it("gives the ranking and the card of neurons", async () => {
    // A panel runs the text up to the selection's end.
    const input = inputOf(text.slice(0, 30));
    const range = { start: 14, end: 30 };
    const asked = { model: engine.path, input, range };
    const ranking = await engine.call("neurons/rank", {
      ...asked,
      k: 6,
      layer: 2,
      choice: { by: "logProb" },
    });
    const [chosen] = ranking.neurons;
    const id = { layer: chosen!.layer, neuron: chosen!.neuron };
    const card = await engine.call("neurons/card", { ...asked, ...id });
    const effects = await engine.call("neurons/effects", { ...asked, ...id, choice: {} });
    const data: NeuronsPanelData = {
      ...{ ranking, card, effects, chosen: id, coloured: false, only: 2, searched: "window" },
      ...{ selection: text.slice(14, 30), selectionLength: 16 },
    };
    const made = madeOfRun({ input, window: ranking.window, range });
    const source = await engine.source({ panel: "neurons", data }, made);
    const ranked = (await paste("neurons-ranking", source)) as unknown as typeof ranking;
    near(ranked.neurons, ranking.neurons);
    const said = (await paste("neuron-effects", source)) as unknown as typeof card & {
      effects: typeof effects;
    };
    near(said.activations, card.activations);
    near([said.effects.effect, said.effects.controls], [effects.effect, effects.controls]);
    // What is set to its mean is no part of it.
    const python = figurePython("neuron-effects", source)!;
    const rest = JSON.parse(/^rest = (.*)$/m.exec(python)![1]!) as number[];
    assert.ok(rest.length > 0 && rest.every((pos) => pos > 0 && !effects.selected.includes(pos)));
    assert.match(python, /values\[:, selected, \d+\] = values\[:, rest, \d+\]\.mean\(\)/);
  });

  it("gives the maps of a patch and a steering experiment", async () => {
    const texts = { base: "const name = 'a' + user.", source: "const count = 'a' + items." };
    const alone = (text: string): PatchSide => ({
      input: { kind: "text", text, offset: 0, context: { kind: "selection", from: 0 }, bos: "auto" },
      start: 0,
    });
    const sides = { base: alone(texts.base), source: alone(texts.source) };
    const result = await engine.call("patch/run", { model: engine.path, ...sides });
    const patch = await engine.source({ panel: "patch", data: result }, madeOfTexts(texts));
    const maps = (await paste("patch-attn", patch)) as unknown as typeof result;
    near(maps.maps, result.maps);
    const choice = { token: result.against.id, minus: "a", align: "end" } as const;
    const chosen = await engine.call("patch/run", { model: engine.path, ...sides, choice });
    assert.notEqual(chosen.base.measure, result.base.measure);
    const again = await engine.source({ panel: "patch", data: chosen }, madeOfTexts(texts));
    const said = (await paste("patch-attn", again)) as unknown as typeof result;
    near(said.maps, chosen.maps);
    assert.deepEqual(
      [said.token, said.against, said.alignment],
      [chosen.token, chosen.against, chosen.alignment],
    );
    const experiment = {
      version: 1 as const,
      model: { path: engine.path, digest: null },
      prompt: "it's",
      edits: [
        {
          hook: "blocks.1.hook_resid_pre",
          op: "add" as const,
          value: { text: " a", minus: " b" },
          positions: "prefill-front" as const,
        },
      ],
      sampling: { maxTokens: 4, temperature: 0, seed: 0 },
      controls: { isotropic: 2, seed: 0 },
    };
    const steered = await engine.call("steer/run", { experiment, base: engine.path });
    const data = { experiment, result: steered, file: null };
    const steering = await engine.source(
      { panel: "steering", data },
      madeOfTexts({ prompt: experiment.prompt }),
    );
    near(((await paste("steering-texts", steering)) as unknown as typeof steered).kl, steered.kl);
    const atTwo = withStrength(experiment, 2);
    const ran = await engine.call("steer/step", { experiment: atTwo, base: engine.path });
    const dragged = {
      ...steering,
      shown: { panel: "steering" as const, data: { ...data, step: { scale: 2, ran } } },
    };
    const atStep = (await paste("steering-texts", dragged)) as unknown as typeof steered;
    near([atStep.kl.steered, atStep.steered.logProbs], [ran.kl, ran.steered.logProbs]);
    near(((await paste("steering-controls", dragged)) as unknown as typeof steered).kl, steered.kl);
  });

  it("gives the cells and controls of a sweep", async () => {
    const plan = decodeSteeringSweep({
      version: 1,
      prompt: "it's",
      edits: [{ hook: "blocks.{layer}.hook_resid_pre", op: "add", value: { text: " a", minus: " b" }, positions: "prefill-front" }],
      layers: "all",
      strengths: [0, 2],
      effect: { of: "logProb", text: " a" },
      cost: { of: "kl" },
      controls: { isotropic: 2, shuffled: 0 },
    }); // prettier-ignore
    const ran = await engine.call("steer/sweep", { model: engine.path, plan, base: engine.path });
    const { layers, strengths, effect, cost, relativeNorm, baseline, ...outcome } = ran;
    const cells = { layers, strengths, effect, cost, relativeNorm, baseline };
    const data = { plan, file: null, cells, outcome };
    const source = await engine.source({ panel: "sweep", data }, madeOfTexts({ prompt: plan.prompt }));
    const said = (await paste("sweep-effect", source)) as unknown as typeof ran;
    near([said.effect, said.cost], [effect, cost]);
    near(said.controls?.isotropic, ran.controls?.isotropic);
    // A plan that names files is run from its own folder, where it has one.
    const on = { file: "a.txt" };
    const named = { ...data, plan: { ...plan, cost: { of: "perplexityRatio" as const, on } } };
    const of = (file: string | null) => ({
      ...source,
      shown: { panel: "sweep" as const, data: { ...named, file } },
    });
    assert.match(
      figureCommand("sweep-cost", of("d/p.introspect-sweep.json")),
      / d\/p\.introspect-sweep\.json$/,
    );
    assert.throws(() => figureCommand("sweep-cost", of(null)), /no one command/);
  });

  it("is refused where a prefix has control characters, which a paste could run", async () => {
    const source = await lens("return x;", { kind: "prefix", from: 0, prefix: "a\u001b[201~\nrm x\n" });
    assert.throws(() => figureCommand("lens-grid", source), /control characters/);
  });

  it("as Python is a script that parses, checks its tokens and has the BOS of the run", async () => {
    const source = await lens(nasty);
    for (const figure of ["lens-grid", "lens-perplexity"]) {
      const script = figurePython(figure, source);
      await run("python3", ["-c", "import ast, sys; ast.parse(sys.argv[1])", script]);
      assert.match(script, /prepend_bos=False\)\nassert tokens\[0\]\.tolist\(\) == \[/);
      assert.match(script, new RegExp(`digest ${source.model?.digest}`));
      assert.match(script, /TransformerLens has no name for introspect-small/);
    }
    const hub = "/c/models--openai-community--gpt2/snapshots/abc";
    const named = figurePython("lens-grid", { ...source, model: { ...source.model!, path: hub } });
    assert.match(
      named,
      /HookedTransformer\.from_pretrained_no_processing\("gpt2", .*default_prepend_bos=False\)/,
    );
  });
});

/** Equal but for the order of sums. */
function near(actual: unknown, expected: unknown, at = "value"): void {
  if (typeof expected === "number" && typeof actual === "number") {
    const room = 1e-4 * Math.max(1, Math.abs(expected));
    assert.ok(Math.abs(actual - expected) <= room, `${at} is ${actual}, not ${expected}`);
  } else if (typeof expected === "object" && expected !== null) {
    const keys = Object.keys(expected);
    assert.deepEqual(Object.keys(actual as object), keys, at);
    for (const key of keys)
      near(
        (actual as Record<string, unknown>)[key],
        (expected as Record<string, unknown>)[key],
        `${at}.${key}`,
      );
  } else assert.equal(actual, expected, at);
}
