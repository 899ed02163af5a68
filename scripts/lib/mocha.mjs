/**
 * Bundles test files and runs them in mocha.
 *
 * Each test file becomes one bundle below out/<suite>-<pid>/ (so that two runs do not disturb each other), packages
 * stay external. The run itself is a child process (mocha-child.mjs) that writes down how each file ended; the counts
 * go to `npm test`.
 */
import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { OUT, ROOT, inRoot } from "./paths.mjs";
import { runNode } from "./steps.mjs";
import { writeSummary } from "./summary.mjs";

/** All files below a folder (given from the root) whose name ends in `.test.ts`, sorted. */
export function testFiles(folder) {
  const start = inRoot(folder);
  if (!fs.existsSync(start)) return [];
  return fs
    .readdirSync(start, { recursive: true })
    .map(String)
    .filter((f) => f.endsWith(".test.ts"))
    .map((f) => path.join(start, f))
    .sort();
}

/**
 * What arguments choose: mocha's `--grep x` and `--bail`, and the test files of a folder whose path has one of the other
 * arguments as a part; without any, all of them.
 */
export function chosenTests(folder, args) {
  const grepAt = args.indexOf("--grep");
  const parts = args.filter((a, i) => !a.startsWith("--") && (grepAt < 0 || i !== grepAt + 1));
  const files = testFiles(folder).filter((file) => {
    const relative = path.relative(ROOT, file).split(path.sep).join("/");
    return parts.length === 0 || parts.some((part) => relative.includes(part));
  });
  return { files, parts, grep: grepAt >= 0 ? args[grepAt + 1] : "", bail: args.includes("--bail") };
}

/** Bundles entry points for Node into `outdir`, keeping the folder structure below `base`. */
export async function bundleTests(entryPoints, outdir, base) {
  await esbuild.build({
    entryPoints,
    outdir,
    outbase: inRoot(base),
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    packages: "external",
    sourcemap: "linked",
    logLevel: "warning",
  });
}

/**
 * Runs one suite.
 * @param {{suite: string, folder: string, env?: object, timeout?: number, args?: string[], again?: boolean}} what
 *   `args`: as for `chosenTests`; `again`: files in which something failed are run once more in a process of
 *   their own. What passes then is counted as passed and named as unsteady: a browser on a busy machine may lose a
 *   click, a defect stays one.
 * @returns {Promise<number>} exit code
 */
export async function runSuite({ suite, folder, env = {}, timeout = 20_000, args = [], again = false }) {
  const { files, parts, grep, bail } = chosenTests(folder, args);
  if (files.length === 0) {
    console.log(`${suite}: no test files${parts.length ? ` match ${parts.join(" ")}` : ""}`);
    return parts.length ? 1 : 0;
  }
  const outdir = path.join(OUT, `${suite}-${process.pid}`);
  const run = async (bundled) => {
    const outcome = path.join(outdir, "outcome.json");
    fs.rmSync(outcome, { force: true });
    const code = await runNode(
      [
        "--enable-source-maps",
        inRoot("scripts/lib/mocha-child.mjs"),
        JSON.stringify({ bundled, grep, bail, timeout, outcome }),
      ],
      { env: { INTROSPECT_ROOT: ROOT, ...env } },
    );
    return { code, byFile: fs.existsSync(outcome) ? JSON.parse(fs.readFileSync(outcome, "utf8")) : {} };
  };
  try {
    await bundleTests(files, outdir, folder);
    const first = await run(
      files.map((f) => path.join(outdir, path.relative(inRoot(folder), f)).replace(/\.ts$/, ".js")),
    );
    const failed = Object.keys(first.byFile).filter((file) => first.byFile[file].failed.length > 0);
    if (!again || failed.length === 0 || failed.length > MOST_AGAIN) return counted(suite, first, []);
    console.log(`${suite}: once more, ${failed.length} file(s) in which something failed`);
    const second = await run(failed);
    const unsteady = failed
      .filter((file) => second.byFile[file]?.failed.length === 0)
      .flatMap((file) => first.byFile[file].failed);
    return counted(suite, { code: second.code, byFile: { ...first.byFile, ...second.byFile } }, unsteady);
  } finally {
    fs.rmSync(outdir, { recursive: true, force: true });
  }
}

/** More files than these fail for a reason, which a second run would only hide. */
const MOST_AGAIN = 5;

/** Hands one run's counts on and returns its exit code. */
function counted(suite, { code, byFile }, unsteady) {
  const sum = (count) => Object.values(byFile).reduce((total, file) => total + count(file), 0);
  writeSummary({
    suite,
    passed: sum((file) => file.passed),
    failed: sum((file) => file.failed.length),
    skipped: sum((file) => file.skipped),
    unsteady,
  });
  return code;
}
