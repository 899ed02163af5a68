import assert from "node:assert/strict";
import fs from "node:fs";
import ts from "typescript";
import { Command, colourLevels, lensColours } from "../../../src/extension/contributions";
import { activationEvents, contributes, manifestTexts } from "../../../src/extension/manifest";
import { inRepo } from "../../support/paths";

const readJson = (name: string): Record<string, unknown> =>
  JSON.parse(fs.readFileSync(inRepo(name), "utf8")) as Record<string, unknown>;

const used = (value: unknown): string[] => JSON.stringify(value).match(/%[\w.]+%/g) ?? [];

/** The English texts of every `l10n.t` in a file. */
function translatable(file: string): string[] {
  const source = ts.createSourceFile(
    file,
    fs.readFileSync(inRepo(file), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    const called =
      ts.isCallExpression(node) && node.expression.getText() === "l10n.t" ? node.arguments[0] : undefined;
    if (called && ts.isStringLiteralLike(called)) found.push(called.text);
    else if (called) assert.fail(`${called.getText()} is no plain text, so that nobody can translate it`);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found.sort();
}

/** Texts stand in messages.ts and in the folder of that name. */
const spoken = (): Record<string, string> => {
  const folder = "src/extension/messages";
  const files = fs.readdirSync(inRepo(folder)).map((name) => `${folder}/${name}`);
  const texts = [`${folder}.ts`, ...files].flatMap(translatable).sort();
  return Object.fromEntries(texts.map((text) => [text, text]));
};

if (process.env["INTROSPECT_WRITE_MANIFEST"]) {
  fs.mkdirSync(inRepo("l10n"), { recursive: true });
  fs.writeFileSync(inRepo("l10n/bundle.l10n.json"), `${JSON.stringify(spoken(), null, 2)}\n`);
  const manifest = readJson("package.json");
  Object.assign(manifest, {
    activationEvents: activationEvents(),
    contributes: contributes(),
    l10n: "./l10n",
  });
  fs.writeFileSync(inRepo("package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
  const keys = new Set(used(contributes()).map((key) => key.slice(1, -1)));
  const texts = Object.fromEntries(Object.entries(manifestTexts).filter(([key]) => keys.has(key)));
  fs.writeFileSync(inRepo("package.nls.json"), `${JSON.stringify(texts, null, 2)}\n`);
}

describe("package.json", () => {
  const manifest = readJson("package.json");

  // When this fails: INTROSPECT_WRITE_MANIFEST=1 npm run test:unit manifest
  it("contributes what src/extension/manifest.ts says", () => {
    assert.deepEqual(manifest["contributes"], JSON.parse(JSON.stringify(contributes())));
    assert.deepEqual(manifest["activationEvents"], activationEvents());
  });

  it("has a text for every key, and no text without a key", () => {
    const keys = used(manifest["contributes"]).map((key) => key.slice(1, -1));
    assert.deepEqual([...new Set(keys)].sort(), Object.keys(readJson("package.nls.json")).sort());
  });

  it("has every text of the extension ready to be translated", () => {
    assert.equal(manifest["l10n"], "./l10n");
    assert.deepEqual(readJson("l10n/bundle.l10n.json"), spoken());
    assert.ok(Object.keys(spoken()).length > 50);
  });

  it("gives every command a title and the category Introspect", () => {
    const { commands } = manifest["contributes"] as { commands: { command: string; category: string }[] };
    assert.deepEqual(commands.map((c) => c.command).sort(), Object.values(Command).sort());
    assert.ok(commands.every((c) => c.category === "Introspect"));
  });

  it("names files that are there", () => {
    const { viewsContainers, jsonValidation } = manifest["contributes"] as {
      viewsContainers: { activitybar: { icon: string }[] };
      jsonValidation: { url: string }[];
    };
    const files = [...viewsContainers.activitybar.map((c) => c.icon), ...jsonValidation.map((v) => v.url)];
    for (const file of files) assert.ok(fs.existsSync(inRepo(file)), file);
  });

  it("has a walkthrough of at most five steps that ends with a coloured file; its links run commands that are there", () => {
    const { walkthroughs, commands } = manifest["contributes"] as {
      walkthroughs: {
        steps: { title: string; description: string; media: { svg: string }; completionEvents: string[] }[];
      }[];
      commands: { command: string }[];
    };
    const known = new Set(commands.map(({ command }) => command));
    const isThere = (id: string) => known.has(id) || id.startsWith("workbench.action.");
    const texts = readJson("package.nls.json") as Record<string, string>;
    assert.equal(walkthroughs.length, 1);
    const { steps } = walkthroughs[0];
    assert.ok(steps.length <= 5);
    for (const { description, media, completionEvents } of steps) {
      const links = (texts[description.slice(1, -1)] ?? "").match(/\(command:[^)]+\)/g) ?? [];
      assert.ok(links.length >= 1, description);
      for (const link of links) assert.ok(isThere(link.slice("(command:".length, -1)), link);
      for (const event of completionEvents) {
        const [kind, what] = event.split(":");
        assert.ok(kind === "onContext" || (kind === "onCommand" && isThere(what)), event);
      }
      const svg = fs.readFileSync(inRepo(media.svg), "utf8");
      assert.ok(svg.includes("var(--vscode-"), `${media.svg} follows the theme`);
      assert.ok(!/<script|href|on\w+=/.test(svg), `${media.svg} is a picture and nothing else`);
    }
    assert.deepEqual(steps.at(-1)?.completionEvents, ["onContext:introspect.coloursShown"]);
  });

  it("restricts the model path where a workspace is not trusted, and lets no workspace set it", () => {
    const { untrustedWorkspaces } = manifest["capabilities"] as {
      untrustedWorkspaces: { restrictedConfigurations: string[] };
    };
    assert.ok(untrustedWorkspaces.restrictedConfigurations.includes("introspect.model.path"));
    const { configuration } = contributes() as {
      configuration: { properties: Record<string, { scope?: string }> };
    };
    assert.equal(configuration.properties["introspect.model.path"]?.scope, "machine");
  });

  it("keeps the number of colours small: a fill and a border per step and scale, and two of the Lens", () => {
    const { length } = contributes()["colors"] as unknown[];
    assert.equal(length, 6 * colourLevels + Object.keys(lensColours).length);
  });
});
