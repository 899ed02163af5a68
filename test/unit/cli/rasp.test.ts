import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { cli, cliError, cliJson } from "../../support/cli";
import { inRepo } from "../../support/paths";
import { useTempFolder, writeFiles } from "../../support/tempFolder";

const sample = (name: string): string => inRepo("media/sample/rasp", name);

/** What each sample is there to show. */
const samples: [file: string, expected: unknown][] = [
  ["reverse.rasp", ["o", "l", "l", "e", "h"]],
  ["histogram.rasp", [1, 1, 2, 2, 1]],
  ["doubleHistogram.rasp", [1, 1, 1, 2, 2, 2, 2, 3, 3, 3]],
  ["sort.rasp", ["e", "h", "l", "l", "o"]],
  ["mostFrequent.rasp", [..."abrcd", ..."······"]],
  ["dyck1.rasp", [..."PPPTPT"]],
  ["dyck2.rasp", [..."PPPTPT"]],
  ["shuffleDyck.rasp", [true, true, true, true]],
  ["addition.rasp", [0, 0, 2, 0, 0]],
  ["induction.rasp", [..."????bcd"]],
  ["masking.raspy", [0, "e", 0, "l", "o", 0, 1, 0, 1, 1]],
  ["counting.raspl", [0, 4, 3]],
  ["histogram.tracr", [2, 1, 2, 1]],
];

describe("introspect rasp", () => {
  const folder = useTempFolder();
  const program = (text: string, name = "program.rasp"): string => {
    writeFiles(folder(), { [name]: text });
    return path.join(folder(), name);
  };

  it("knows an expected result for every sample", () => {
    assert.deepEqual(fs.readdirSync(sample("")).sort(), samples.map(([file]) => file).sort());
  });

  for (const [file, expected] of samples) {
    it(`runs ${file}, finds nothing wrong in it, and leaves its layout`, async () => {
      assert.deepEqual((await cliJson<{ seq: unknown }>("rasp", "run", sample(file))).seq, expected);
      const { diagnostics } = await cliJson<{ diagnostics: { severity: string }[] }>(
        "rasp",
        "check",
        sample(file),
      );
      assert.deepEqual(
        diagnostics.filter(({ severity }) => severity !== "hint"),
        [],
      );
      const { stdout } = await cli("rasp", "fmt", sample(file));
      assert.equal(stdout, fs.readFileSync(sample(file), "utf8"));
    });
  }

  it("takes an input, whatever the program's own example is", async () => {
    const answer = await cliJson("rasp", "run", sample("sort.rasp"), "--input", '"cab"');
    assert.deepEqual(answer, { seq: ["a", "b", "c"], type: "string", print: "[a, b, c] (strings)" });
  });

  it("writes what a RASP-L program puts behind a prompt", async () => {
    const file = program("x + 1\n", "next.raspl");
    const run = (input: unknown) => cliJson("rasp", "run", file, "--input", JSON.stringify(input));
    assert.deepEqual(await run({ prompt: [3], stop: 6, max_new: 30 }), { generated: [4, 5, 6] });
    assert.deepEqual(await run({ prompt: [3], max_new: 2 }), { generated: [4, 5] });
    const { stdout } = await cli("rasp", "run", file, "--input", '{"prompt": [1], "max_new": 1000000000}');
    assert.match(stdout, /from 0 to 10,000/);
  });

  it("refuses a program longer than any, and takes a byte order mark as space", async () => {
    const long = program("length;\n".repeat(200_000), "long.rasp");
    for (const verb of ["run", "check", "fmt"]) {
      assert.equal((await cliError("rasp", verb, long)).code, "file-too-large");
    }
    assert.deepEqual(
      (await cliJson<{ seq: unknown }>("rasp", "run", program("\uFEFFindices;\r\n"))).seq,
      [0, 1, 2, 3, 4],
    );
  });

  it("holds a RASP-L program to 8-bit integers only where asked", async () => {
    const file = program("x + 1", "program.raspl");
    const run = (x: string, ...more: string[]) => cli("rasp", "run", file, "--input", x, ...more);
    assert.deepEqual(JSON.parse((await run("[127]")).stdout), { seq: [128] });
    assert.deepEqual(JSON.parse((await run("[126]", "--integers", "int8")).stdout), { seq: [127] });
    const refused = await run("[127]", "--integers", "int8");
    assert.match(refused.stdout, /128 at position 0 is no 8-bit integer/);
    const prompt = '{"prompt": [120], "max_new": 9, "stop": 0}';
    assert.match((await run(prompt, "--integers", "int8")).stdout, /128 at position 7/);
    assert.match((await run(prompt)).stdout, /"generated":\[121,.*129\]/);
    const original = await cliError("rasp", "run", sample("sort.rasp"), "--integers", "int8");
    assert.equal(original.code, "usage");
  });

  it("says what an array of RASP-L must be", async () => {
    const file = program("x + 1", "program.raspl");
    for (const input of ['{"x": "hello"}', '{"x": 5}', '{"x": ["a"]}']) {
      const { message, next } = await cliError("rasp", "run", file, "--input", input);
      assert.match(message, /array x is no/);
      assert.match(next ?? "", /list of numbers/);
    }
  });

  it("prints nothing for no cases", async () => {
    assert.equal((await cli("rasp", "cases", program("[]", "cases.json"))).stdout, "");
  });

  it("says of a file which of its cases is none", async () => {
    const file = program(
      '[{"id": "a", "dialect": "rasp", "program": "1;", "input": "a"}, null]',
      "cases.json",
    );
    assert.match((await cliError("rasp", "cases", file)).message, /Case 2/);
  });

  it("takes the language from --dialect, else from the file's ending", async () => {
    const file = program("(key(tokens) == query(tokens)).value(1)\n", "hist.txt");
    assert.deepEqual(await cliJson("rasp", "run", file, "--dialect", "raspy"), { seq: [1, 1, 2, 2, 1] });
    assert.equal((await cliError("rasp", "run", file)).code, "program-failed");
  });

  it("prints a program's error with its place, and ends with status 1", async () => {
    const { status, stdout, stderr } = await cli("rasp", "run", program("a = 1;\nindcies + a;\n"));
    assert.equal(status, 1);
    const { error } = JSON.parse(stdout) as { error: { kind: string; range: unknown } };
    assert.deepEqual([error.kind, error.range], ["undefined-variable", { start: 7, end: 14 }]);
    assert.match(stderr, /indices/);
  });

  it("loads programs that lie beside", async () => {
    writeFiles(folder(), { "lib.rasp": "twice = indices * 2;\n" });
    const { seq } = await cliJson<{ seq: number[] }>("rasp", "run", program('load "lib";\ntwice + 1;\n'));
    assert.deepEqual(seq, [1, 3, 5, 7, 9]);
  });

  it("checks a program: remarks with lines and columns", async () => {
    const { status, stdout } = await cli("rasp", "check", program('x = 1;\nnot tokens == "l";\n1 / 0;\n'));
    assert.equal(status, 1);
    const { diagnostics } = JSON.parse(stdout) as {
      diagnostics: { code: string; line: number; column: number }[];
    };
    assert.deepEqual(
      diagnostics.map(({ code, line, column }) => [code, line, column]),
      [
        ["not-binds-first", 2, 1],
        ["arithmetic", 3, 1],
      ],
    );
  });

  it("answers a case a line", async () => {
    const cases = [
      { id: "a", dialect: "rasp", kind: "seq", program: "indices;", input: "ab" },
      { id: "b", dialect: "rasp", kind: "error", program: "x;", input: "ab" },
    ];
    const { stdout } = await cli("rasp", "cases", program(JSON.stringify({ cases }), "cases.json"));
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
    assert.deepEqual(lines, [
      { id: "a", result: { seq: [0, 1], type: "int", print: "[0, 1] (ints)" } },
      { id: "b", result: { error: "undefined-variable" } },
    ]);
  });

  it("stops a program that does not end, or asks for too much", async () => {
    for (const text of ["def f(n) { return f(n + 1); }\nf(1);\n", "full_s;\n"]) {
      const input = JSON.stringify(
        Array.from({ length: text.startsWith("full") ? 100_000 : 3 }, (_, i) => i),
      );
      const { stdout, status } = await cli("rasp", "run", program(text), "--input", input);
      assert.equal(status, 1);
      assert.equal((JSON.parse(stdout) as { error: { kind: string } }).error.kind, "limit");
    }
  });

  const wrong: [what: string, args: string[], code: string][] = [
    ["another verb", ["rasp", "draw", "x.rasp"], "usage"],
    ["another language", ["rasp", "run", sample("sort.rasp"), "--dialect", "python"], "usage"],
    ["an input that is no JSON", ["rasp", "run", sample("sort.rasp"), "--input", "hello"], "usage"],
    ["an input without tokens", ["rasp", "run", sample("sort.rasp"), "--input", "[]"], "program-failed"],
    ["a file that is not there", ["rasp", "run", "none.rasp"], "file-not-found"],
    ["a program as cases", ["rasp", "cases", sample("sort.rasp")], "file-malformed"],
  ];
  for (const [what, args, code] of wrong) {
    it(`refuses ${what}`, async () => assert.equal((await cliError(...args)).code, code));
  }
});
