import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import * as vscode from "vscode";
import type { DirectionHeader } from "../../../src/protocol/direction";
import { Command } from "../../../src/extension/contributions";
import { inRepo } from "../../support/paths";
import { closeAll, introspect, openText, type, until, untilState, type State } from "./support/introspect";

const folder = (): string => vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? "";
const model = (): string => inRepo("models/introspect-small");

/** Runs the command line and gives what it prints. */
function printed(...args: string[]): unknown {
  const answer = execFileSync(process.execPath, [inRepo("dist/cli.js"), ...args], {
    encoding: "utf8",
    maxBuffer: 1e9,
    env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" },
  });
  return JSON.parse(answer);
}

interface Read {
  readonly threshold: number;
  readonly spread: number;
  readonly tokens: readonly { start: number; end: number; score: number }[];
}

/** What the command line reads of a text along a direction. */
function readOf(text: string, file: string): Read {
  const source = path.join(folder(), "read.txt");
  fs.writeFileSync(source, text);
  try {
    return printed("read", model(), "--direction", file, "--file", source) as Read;
  } finally {
    fs.rmSync(source);
  }
}

const pairs = [
  ["function add(a, b) { return a + b; }", "To add two numbers, count them together."],
  ["const total = items.length;", "The total is how many there are."],
  ["if (x < 3) { y = 4; }", "If it is small, take the larger one."],
  ["export class Map<K, V> {}", "A map leads from one thing to another."],
];

describe("directions of a workspace", () => {
  let file: string;

  before(() => {
    file = path.join(folder(), "code.json");
    const spec = path.join(folder(), "code.spec.json");
    fs.writeFileSync(spec, JSON.stringify({ method: "mean-difference", pairs, testShare: 0.5 }));
    printed("direction", "make", model(), spec, "--out", file);
    fs.rmSync(spec);
  });

  after(async () => {
    await vscode.commands.executeCommand(Command.ClearColours);
    await closeAll();
    for (const ending of ["json", "npz"]) fs.rmSync(file.replace(/json$/, ending));
  });

  const header = (): DirectionHeader => JSON.parse(fs.readFileSync(file, "utf8")) as DirectionHeader;

  /** Scores of the shown tokens by their places, as the page is sent them. */
  function shown({ data }: State<"direction">): readonly { start: number; end: number; score: number }[] {
    const { window, positions, directions } = data?.reading ?? assert.fail("nothing is read");
    const scores = directions[0]!.strip!.scores;
    return positions.map((position, i) => {
      const { start, end } = window.tokens[position]!;
      return { start, end, score: scores[i]! };
    });
  }

  const line = (state: State<"direction">): string => {
    const window = state.data?.reading?.window;
    return window ? window.tokens.map(({ text }) => text ?? "").join("") : "";
  };

  /** As `read` prints the same text; a row that is begun in the middle differs by the order of sums. */
  function assertRead(state: State<"direction">, text: string): void {
    const { tokens } = readOf(text, file);
    const found = shown(state);
    assert.ok(found.length > 5);
    for (const { start, end, score } of found) {
      const wanted = tokens.find((token) => token.start === start && token.end === end);
      assert.ok(wanted, `${start}:${end}`);
      assert.ok(
        Math.abs(score - wanted.score) < 1e-3 * Math.max(1, Math.abs(wanted.score)),
        `${score} ${wanted.score}`,
      );
    }
  }

  it("are listed, and read along the cursor's line as the command line reads the text, while it is typed too", async () => {
    const editor = await openText("A story about the sea.\nconst answer = ");
    await vscode.commands.executeCommand(Command.OpenDirection, vscode.Uri.file(file));
    const first = await untilState(
      "direction",
      "the line is read",
      ({ status, data }) => status === "ready" && !!data?.reading,
    );
    const { data } = first;
    assert.deepEqual(
      data?.listed.map(({ name, file: at }) => [name, at]),
      [["code", "code.json"]],
    );
    assert.deepEqual(data?.header, header());
    // The line alone is shown; the text before it is seen.
    const start = editor.document.getText().indexOf("const");
    assert.ok(shown(first).every((token) => token.end > start));
    await type("[1, 2];");
    const typed = await untilState(
      "direction",
      "what was typed is read",
      (state) => state.status === "ready" && line(state).includes("2];"),
    );
    assertRead(typed, editor.document.getText());
  });

  it("compare with another of the view: a sum of opposite sign lies the other way at every layer", async () => {
    const opposite = path.join(folder(), "opposite.json");
    printed("direction", "combine", file, "--weights", "-2", "--out", opposite);
    try {
      const both = [file, opposite].map((one) => ({ uri: vscode.Uri.file(one) }));
      await vscode.commands.executeCommand(Command.CompareDirections, both[0], both);
      const isCompared = ({ status, data }: State<"direction">) => status === "ready" && !!data?.compared;
      const { data } = await untilState("direction", "two are compared", isCompared);
      const { cosines } = data?.compared ?? assert.fail("nothing is compared");
      assert.deepEqual(cosines.names, ["code", "opposite"]);
      assert.equal(cosines.same.length, header().layers.length);
      for (const { cosine } of cosines.same) assert.ok(Math.abs(cosine + 1) < 1e-6, String(cosine));
    } finally {
      for (const ending of ["json", "npz"]) fs.rmSync(opposite.replace(/json$/, ending));
    }
  });

  it("colour a text by its scores less the threshold: zero is the boundary", async () => {
    const text = "We walked to the sea.\nreturn items.map((x) => x + 1);\n";
    await openText(text);
    const measure = { kind: "direction", file, layers: null, centred: true };
    await vscode.commands.executeCommand(Command.ColourBy, measure);
    const api = await introspect();
    await until("the text is measured", () => api.heatmap()?.measured === 1 && api.heatmap()?.busy === false);
    const { tokens, threshold } = readOf(text, file);
    const values = api.heatmap()!.values({ start: 0, end: 1e9 });
    assert.deepEqual(
      values.map(({ start, end }) => [start, end]),
      tokens.map(({ start, end }) => [start, end]),
    );
    values.forEach(({ value }, i) => {
      const wanted = tokens[i]!.score - threshold;
      assert.ok(Math.abs(value! - wanted) < 1e-4 * Math.max(1, Math.abs(wanted)), `${value} ${wanted}`);
    });
    const painted = api.colours()?.tokens ?? [];
    assert.ok(
      painted.some(({ side }) => side === "positive") && painted.some(({ side }) => side === "negative"),
    );
    assert.match(api.heatmap()!.legend ?? "", /Direction code −[\d.]+ ▆▅▄▃▂▁ 0 ▁▂▃▄▅▆/);
  });
});
