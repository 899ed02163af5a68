/**
 * npm run bench: times the engine on a GPT-2-small shape and prints JSON. Nothing else should run meanwhile.
 */
import { spawnSync } from "node:child_process";
import * as esbuild from "esbuild";
import { inRoot } from "./lib/paths.mjs";

const outfile = inRoot("out", "bench", "engine.js");
await esbuild.build({
  entryPoints: [inRoot("test", "bench", "engine.ts")],
  bundle: true,
  platform: "node",
  target: "node20",
  external: ["onnxruntime-node"],
  outfile,
  logLevel: "warning",
});
process.exitCode = spawnSync(process.execPath, [outfile], { stdio: "inherit" }).status ?? 1;
