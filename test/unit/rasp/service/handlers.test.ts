import assert from "node:assert/strict";
import { raspHandlers } from "../../../../src/rasp/service/handlers";
import type { RaspReply } from "../../../../src/protocol/raspApi";

type Handlers = ReturnType<typeof raspHandlers>;

describe("the thread of RASP programs", () => {
  let handlers: Handlers;
  const work = {} as Parameters<Handlers["rasp/replLine"]>[1];
  const open = (folder: string | null): number =>
    (handlers["rasp/replOpen"]({ folder }, work) as { session: number }).session;
  const feed = (session: number, line: string): RaspReply =>
    handlers["rasp/replLine"]({ session, line }, work) as RaspReply;

  beforeEach(() => {
    const files: Readonly<Record<string, string>> = { "/lib/twice.rasp": "twice = indices * 2;" };
    handlers = raspHandlers((folder, path) => files[`${folder}/${path}`] ?? null);
  });

  it("keeps the names of each REPL apart", () => {
    const [one, other] = [open(null), open(null)];
    feed(one, "a = 3;");
    assert.match(feed(one, "a + 1;").output, /4/);
    assert.match(feed(other, "a + 1;").output, /Undefined variable: a/);
  });

  it("forgets a statement that is abandoned, and keeps what was before", () => {
    const session = open(null);
    feed(session, "a = 3;");
    assert.equal(feed(session, "def f(x) {").complete, false);
    assert.equal(feed(session, "y = x +").complete, false);
    void handlers["rasp/replAbandon"]({ session }, work);
    const { complete, output } = feed(session, "a;");
    assert.equal(complete, true);
    assert.match(output, /value: a =\s+3/);
  });

  it("loads beside the folder that a REPL was opened in", () => {
    const session = open("/lib");
    feed(session, 'load "twice";');
    assert.match(feed(session, "twice;").output, /\[0, 2, 4, 6, 8\]/);
    assert.match(feed(open("/other"), 'load "twice";').output, /twice/);
  });

  it("says that a REPL has ended once it was closed", () => {
    const session = open(null);
    void handlers["rasp/replClose"]({ session }, work);
    assert.equal(feed(session, "1;").ended, true);
  });

  it("says in one sentence that a text is too long to be a program, whatever is asked of it", async () => {
    const text = "x = 1;\n".repeat(1_500_000);
    const program = { dialect: "rasp", text, folder: null, example: null } as const;
    const analysis = await handlers["rasp/analyse"](program, work);
    assert.deepEqual(
      analysis.remarks.map(({ code, next }) => [code, next !== null]),
      [["limit", true]],
    );
    const picture = await handlers["rasp/picture"]({ ...program, at: null }, work);
    assert.equal(picture.error?.message, analysis.remarks[0]?.message);
    assert.throws(() => handlers["rasp/run"]({ ...program, at: null }, work), /longer than 1,000,000/);
    assert.equal(await handlers["rasp/format"](program, work), null);
  });

  it("holds a RASP-L program to 8-bit integers where it asks for them, and says so once", async () => {
    const of = async (head: string, x: number): Promise<readonly string[]> => {
      const text = `${head}# example: {"x": [${x}]}\nx * 2\n`;
      const program = { dialect: "rasp-l", text, folder: null, example: null } as const;
      const { remarks } = await handlers["rasp/analyse"](program, work);
      return remarks.map(({ severity, code }) => `${severity} ${code}`);
    };
    const asked = '# integers: "int8"\n';
    assert.deepEqual(await of(asked, 100), ["error limit"]);
    assert.deepEqual(await of(asked, 63), []);
    assert.deepEqual(await of("", 100), ["hint int8-range"]);
    assert.deepEqual(await of('# integers: "int9"\n', 63), ["warning integers"]);
  });

  it("runs on the example it is given, unless the program sets its own", async () => {
    const of = async (dialect: "rasp" | "raspy", text: string) => {
      const program = { dialect, text, folder: null, example: '"aab"' };
      const { example, exampleAt } = await handlers["rasp/analyse"](program, work);
      return [example, exampleAt !== null];
    };
    assert.deepEqual(await of("rasp", "tokens;"), ['"aab"', false]);
    assert.deepEqual(await of("rasp", 'set example "xy"\ntokens;'), ['"xy"', true]);
    assert.deepEqual(await of("raspy", "tokens"), ['"aab"', false]);
    assert.deepEqual(await of("raspy", '# example: "xy"\ntokens'), ['"xy"', true]);
  });
});
