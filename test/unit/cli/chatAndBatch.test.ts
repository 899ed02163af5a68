import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { inputOfLine } from "../../../src/cli/batch";
import { cli, cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { useTempFolder, writeFiles } from "../../support/tempFolder";
import type { AnswerFacts } from "../../../src/cli/session";
import type { GenerateResult } from "../../../src/protocol/edit";
import type { TokensResult } from "../../../src/protocol/model";
import type { RunSummary, ScoreResult } from "../../../src/protocol/run";

const small = inRepo("models/introspect-small");
const template = "{% for m in messages %}// {{ m['role'] }}: {{ m['content'] }}\n{% endfor %}// answer:";

interface Heat {
  readonly tokens: readonly unknown[];
  readonly total: unknown;
}

describe("a chat on the command line", function () {
  this.timeout(60_000);
  const folder = useTempFolder();
  beforeEach(() => {
    for (const file of ["config.json", "tokenizer.json", "model.safetensors"])
      copyFileSync(join(small, file), join(folder(), file));
    const settings = JSON.parse(readFileSync(join(small, "tokenizer_config.json"), "utf8")) as object;
    writeFiles(folder(), { "tokenizer_config.json": { ...settings, chat_template: template } });
  });
  const messages = [
    { role: "user", content: "const x" },
    { role: "assistant", content: "let y" },
    { role: "user", content: "more" },
  ];
  const text = "// user: const x\n// assistant: let y\n// user: more\n// answer:";

  it("is rendered by the model's template, whose tokens are marked", async () => {
    const shown = await cliJson<TokensResult & AnswerFacts>(
      "tokens",
      folder(),
      "--chat",
      JSON.stringify(messages),
    );
    assert.equal(shown.text, text);
    assert.equal(shown.mode, "chat");
    const own = shown.tokens.filter((token) => !token.template).map((token) => token.text);
    const joined = own.join("");
    for (const { content } of messages) assert.ok(joined.includes(content.split(" ").at(-1) ?? ""), joined);
    const byTemplate = shown.tokens.filter((token) => token.template).map((token) => token.text);
    assert.ok(byTemplate.join("").includes("answer:"));
    assert.deepEqual(
      shown.template,
      shown.tokens.flatMap((token, i) => (token.template ? [i] : [])),
    );
  });

  it("runs, continues and is scored as its rendered text is", async () => {
    writeFiles(folder(), { "chat.json": { messages } });
    const chat = ["--chat", join(folder(), "chat.json")];
    const run = await cliJson<RunSummary & AnswerFacts>("run", folder(), ...chat);
    const plain = await cliJson<RunSummary & AnswerFacts>("run", folder(), "--text", text);
    assert.deepEqual([run.ids, run.top], [plain.ids, plain.top]);
    assert.deepEqual([run.mode, plain.mode, plain.template], ["chat", "raw", undefined]);
    const made = await cliJson<GenerateResult & AnswerFacts>(
      "generate",
      folder(),
      ...chat,
      "--max-tokens",
      "4",
    );
    assert.equal(made.mode, "chat");
    const score = await cliJson<ScoreResult & AnswerFacts>("score", folder(), ...chat);
    const raw = await cliJson<ScoreResult>("score", folder(), "--text", text);
    assert.deepEqual([score.tokens, score.bitsPerByte, score.mode], [raw.tokens, raw.bitsPerByte, "chat"]);
    const heat = await cliJson<Heat & AnswerFacts>("heatmap", folder(), ...chat);
    const plainHeat = await cliJson<Heat>("heatmap", folder(), "--text", text);
    assert.deepEqual([heat.tokens, heat.total, heat.mode], [plainHeat.tokens, plainHeat.total, "chat"]);
    assert.deepEqual(heat.template, score.template);
  });

  it("may be what a user says", async () => {
    const { text: said } = await cliJson<TokensResult>("tokens", folder(), "--chat", "hello");
    assert.equal(said, "// user: hello\n// answer:");
  });

  const wrong: [string, string[], string][] = [
    ["a chat and a text", ["--chat", "a", "--text", "b"], "usage"],
    ["no messages", ["--chat", "[]"], "bad-field"],
    ["a message without a role", ["--chat", '[{"content":"a"}]'], "bad-field"],
    ["a file that is not there", ["--chat", "/no/such.json"], "file-not-found"],
    ["what only looks like JSON", ["--chat", "[a]"], "not-json"],
  ];
  for (const [what, argv, code] of wrong) {
    it(`is refused with ${what}`, async () =>
      assert.equal((await cliError("run", folder(), ...argv)).code, code));
  }

  it("is refused where the tokenizer has no template", async () => {
    const { code, next } = await cliError("run", small, "--chat", "hello");
    assert.equal(code, "no-chat-template");
    assert.ok(next.includes("--chat"));
  });
});

describe("a batch on the command line", function () {
  this.timeout(60_000);
  const folder = useTempFolder();
  type Line = { line: number; error?: { code: string; message: string; next: string } };
  /** The answers, after the status and the error that they call for. */
  const lines = async <Answer extends Line>(...argv: string[]): Promise<Answer[]> => {
    const { status, stdout, stderr } = await cli(...argv);
    const made = stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Answer);
    const failed = made.flatMap(({ line, error }) => (error === undefined ? [] : [line]));
    assert.equal(status, failed.length > 0 ? 1 : 0, stderr);
    if (failed.length === 0) assert.equal(stderr, "");
    else {
      const { code, message } = JSON.parse(stderr) as { code: string; message: string };
      assert.equal(code, "lines-failed");
      const named = failed.slice(0, 5).join(", ");
      assert.ok(message.startsWith(`${failed.length} of ${made.length} lines gave an error: ${named}`));
    }
    return made;
  };
  const batch = (...texts: string[]): string => {
    writeFiles(folder(), { "batch.jsonl": texts.join("\n") });
    return join(folder(), "batch.jsonl");
  };

  it("answers every line as the command alone does, and goes on after a bad one", async () => {
    const file = batch(
      '{"text":"const a"}',
      "",
      '{"ids":[1,2,3]}',
      '{"text":',
      '"let b"',
      '{"ids":[999999]}',
      '{"text":"b","prefix":"a "}',
      '{"chat":[{"role":"user","content":"x"}]}',
      '{"txt":"a"}',
    );
    const made = await lines<RunSummary & Line>("run", small, "--batch", file, "--top", "2");
    assert.deepEqual(
      made.map(({ line, error }) => [line, error?.code]),
      [
        [1, undefined],
        [3, undefined],
        [4, "not-json"],
        [5, undefined],
        [6, "bad-ids"],
        [7, undefined],
        [8, "no-chat-template"],
        [9, "bad-field"],
      ],
    );
    for (const [i, argv] of [
      [0, ["--text", "const a"]],
      [1, ["--ids", "1,2,3"]],
      [3, ["--text", "let b"]],
      [5, ["--text", "b", "--prefix", "a "]],
    ] as const) {
      const { line, ...alone } = made[i];
      assert.ok(line > 0);
      assert.deepEqual(alone, await cliJson("run", small, ...argv, "--top", "2"));
    }
    for (const { error } of made)
      assert.ok(error === undefined || (error.message !== "" && error.next !== ""));
  });

  it("scores and continues line by line", async () => {
    const file = batch('{"text":"const a = 1;"}', '{"text":"let b = 2;"}');
    const scores = await lines<ScoreResult & Line>("score", small, "--batch", file);
    const alone = await cliJson<ScoreResult>("score", small, "--text", "let b = 2;");
    assert.deepEqual({ ...scores[1], line: undefined }, { ...alone, line: undefined });
    const made = await lines<GenerateResult & Line>("generate", small, "--batch", file, "--max-tokens", "3");
    assert.deepEqual(
      made.map(({ line, ids }) => [line, ids.length]),
      [
        [1, 3],
        [2, 3],
      ],
    );
  });

  it("refuses an edit of a line that is not there, also where one input is all there is", async () => {
    const edit = { hook: "hook_embed", op: "zero", positions: "last", batch: [2] };
    writeFiles(folder(), { "edits.json": [edit] });
    const how = ["--edit", join(folder(), "edits.json")];
    const two = batch('{"text":"a"}', '{"text":"b"}');
    const codes = (made: Line[]) => made.map(({ error }) => error?.code);
    assert.deepEqual(codes(await lines<Line>("run", small, "--batch", two, ...how)), [
      "out-of-range",
      "out-of-range",
    ]);
    const three = batch('{"text":"a"}', '{"text":"b"}', '{"text":"a"}');
    const made = await lines<RunSummary & Line>("run", small, "--batch", three, ...how);
    assert.deepEqual(codes(made), [undefined, undefined, undefined]);
    assert.notDeepEqual(made[2].top, made[0].top);
    assert.equal((await cliError("run", small, "--text", "a", ...how)).code, "out-of-range");
  });

  it("refuses a prefix where it would go unscored", async () => {
    const [{ error }] = await lines<Line>("score", small, "--batch", batch('{"text":"b","prefix":"a "}'));
    assert.equal(error?.code, "bad-field");
  });

  it("of no lines answers nothing", async () => {
    assert.equal((await cli("run", small, "--batch", batch("", " "))).stdout.trim(), "");
  });

  for (const extra of ["text", "ids", "chat", "prefix", "out"]) {
    it(`does not go with --${extra}`, async () => {
      const file = batch('{"text":"a"}');
      assert.equal((await cliError("run", small, "--batch", file, `--${extra}`, "1")).code, "usage");
    });
  }

  it("stops when it is told to", async () => {
    const file = batch(...new Array<string>(50).fill('{"text":"const a = 1;"}'));
    const { cliWith } = await import("../../support/cli");
    const stop = new AbortController();
    setTimeout(() => stop.abort(), 50);
    const { status } = await cliWith(stop.signal, ["score", small, "--batch", file]);
    assert.equal(status, 130);
  });

  it("reads lines of every kind", () => {
    assert.equal(inputOfLine('{"text":"a","bos":"always"}').kind, "text");
    assert.equal(
      inputOfLine('{"chat":{"messages":[{"role":"user","content":[{"type":"text","text":"a"}]}]}}').kind,
      "chat",
    );
    for (const bad of [
      "3",
      "null",
      "[]",
      "{}",
      '{"text":"a","ids":[1]}',
      '{"ids":[1],"bos":"never"}',
      '{"text":3}',
    ]) {
      assert.throws(() => inputOfLine(bad), { code: "bad-field" }, bad);
    }
  });
});
