/**
 * The unit tests, in plain Node: node scripts/test-unit.mjs [part of a path …] [--grep text] [--bail]
 */
import { runSuite } from "./lib/mocha.mjs";

process.exitCode = await runSuite({ suite: "unit", folder: "test/unit", args: process.argv.slice(2) });
