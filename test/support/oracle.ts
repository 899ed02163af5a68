/**
 * Tests against results that other programs made ("oracles"). Their data is not in this repository: it lies in the
 * folder named by INTROSPECT_DATA, else in ../shared/data beside the repository. Where it is absent the test is
 * reported as pending. `npm test` prints how many ran and how many were skipped.
 */
import fs from "node:fs";
import path from "node:path";
import { repoRoot } from "./paths";

const base = process.env["INTROSPECT_DATA"] || path.resolve(repoRoot, "..", "shared", "data");

/** The absolute path of one folder (or file) of the oracle data; it need not exist. */
export function oracleDir(name: string): string {
  return path.join(base, name);
}

/** True when the oracle data of this name is there. */
export function hasOracle(name: string): boolean {
  return fs.existsSync(oracleDir(name));
}

/**
 * Registers a mocha test that needs oracle data: pending (and counted as skipped) where `relPath` is absent.
 * `fn` gets the absolute path of the data and, as `this`, mocha's context.
 */
export function oracleIt(
  name: string,
  relPath: string,
  fn: (this: Mocha.Context, dir: string) => void | Promise<void>,
): void {
  if (!hasOracle(relPath)) {
    // Not this repository's data: absent, the test is pending and counted, and `npm test` prints how many were.
    it.skip(`${name} [needs ${relPath}]`);
    count("skipped");
    return;
  }
  it(name, function () {
    count("run");
    return fn.call(this, oracleDir(relPath));
  });
}

function count(what: "run" | "skipped"): void {
  const file = process.env["INTROSPECT_ORACLE"];
  if (file) fs.appendFileSync(file, `${JSON.stringify({ [what]: 1 })}\n`);
}
