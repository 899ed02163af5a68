/** Types (four projects), lint and format, each run to its end; fails if one of them did. */
import { inRoot } from "./lib/paths.mjs";
import { runNode } from "./lib/steps.mjs";

const bin = (name) => inRoot("node_modules", name);
const tsc = bin("typescript/bin/tsc");
const projects = [
  "tsconfig.json",
  "tsconfig.pure.json",
  "tsconfig.webview.json",
  "tsconfig.browser-test.json",
];

const steps = [
  ...projects.map((project) => [
    `types ${project}`,
    [
      tsc,
      "-p",
      project,
      "--incremental",
      "--tsBuildInfoFile",
      inRoot("out", "cache", `${project}.tsbuildinfo`),
    ],
  ]),
  ["lint", [bin("eslint/bin/eslint.js"), "--cache", "--cache-location", inRoot("out/cache/eslint"), "."]],
  [
    "format",
    [
      bin("prettier/bin/prettier.cjs"),
      "--check",
      "--log-level",
      "warn",
      "--cache",
      "--cache-location",
      inRoot("out/cache/prettier"),
      ".",
    ],
  ],
];

let failed = 0;
for (const [name, args] of steps) {
  const started = Date.now();
  const code = await runNode(args);
  console.log(`${code === 0 ? "ok  " : "FAIL"} ${name} (${((Date.now() - started) / 1000).toFixed(1)} s)`);
  if (code !== 0) failed++;
}
process.exitCode = failed > 0 ? 1 : 0;
