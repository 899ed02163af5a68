/**
 * npm run bench: times RASP programs and the engine on a GPT-2-small shape, then keystrokes in a real VS Code, and
 * prints JSON. Nothing else should run meanwhile. With --engine the last part is left out.
 */
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import * as esbuild from "esbuild";
import { inRoot } from "./lib/paths.mjs";

const outdir = inRoot("out", "bench");
await esbuild.build({
  entryPoints: ["engine", "rasp"].map((name) => inRoot("test", "bench", `${name}.ts`)),
  bundle: true,
  platform: "node",
  target: "node20",
  external: ["onnxruntime-node"],
  outdir,
  logLevel: "warning",
});

function run(args) {
  const done = spawnSync(process.execPath, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  if (done.status !== 0) {
    process.stderr.write(done.stdout ?? "");
    process.exit(done.status ?? 1);
  }
  return done.stdout;
}

const timed = (name) => JSON.parse(run([path.join(outdir, `${name}.js`)]));
const report = { rasp: timed("rasp"), engine: timed("engine") };
if (!process.argv.includes("--engine")) {
  run([inRoot("scripts", "test-vscode.mjs"), "bench"]);
  for (const part of ["keystroke", "host", "largeFile"])
    report[part] = JSON.parse(fs.readFileSync(inRoot("out", "bench", `${part}.json`), "utf8"));
}
console.log(JSON.stringify(report, null, 2));
