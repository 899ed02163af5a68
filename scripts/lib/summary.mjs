/** Suites append their counts to one file; `npm test` adds them up. */
import fs from "node:fs";
import path from "node:path";
import { OUT } from "./paths.mjs";

const file = () => process.env.INTROSPECT_SUMMARY ?? "";

/** Appends one suite's counts, where a whole run is being counted. */
export function writeSummary(entry) {
  if (file()) fs.appendFileSync(file(), `${JSON.stringify(entry)}\n`);
}

/** Starts a count: sets the environment for the children and returns a function that adds everything up. */
export function startSummary() {
  fs.mkdirSync(OUT, { recursive: true });
  process.env.INTROSPECT_SUMMARY = path.join(OUT, "summary.jsonl");
  process.env.INTROSPECT_ORACLE = path.join(OUT, "oracle.jsonl");
  for (const f of [process.env.INTROSPECT_SUMMARY, process.env.INTROSPECT_ORACLE]) fs.writeFileSync(f, "");
  return () => ({
    suites: readLines(process.env.INTROSPECT_SUMMARY),
    oracle: readLines(process.env.INTROSPECT_ORACLE),
  });
}

function readLines(name) {
  return fs
    .readFileSync(name, "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}
