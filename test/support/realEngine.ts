/** The real engine, bundled from its entry, and a supervisor over it. */
import path from "node:path";
import * as esbuild from "esbuild";
import { EngineSupervisor } from "../../src/extension/engine/engineSupervisor";
import { forkEngine } from "../../src/extension/engine/forkEngine";
import { RestartPolicy } from "../../src/extension/engine/restartPolicy";
import type { Logger } from "../../src/base/log";
import { protocolVersion } from "../../src/protocol/version";
import { inRepo } from "./paths";

/** Bundles the engine's entry into a file below out/, where it finds onnxruntime; gives its path. */
export async function bundleEngine(name: string): Promise<string> {
  const outfile = path.join(inRepo("out"), `${name}.js`);
  await esbuild.build({
    entryPoints: [inRepo("src/engine/main.ts")],
    outfile,
    bundle: true,
    platform: "node",
    external: ["onnxruntime-node"],
    logLevel: "warning",
  });
  return outfile;
}

/** A supervisor that starts the engine again however often it ends. */
export function superviseEngine(script: string, logger: Logger, cacheFolder: string): EngineSupervisor {
  const added = { XDG_CACHE_HOME: cacheFolder, LOCALAPPDATA: cacheFolder };
  return new EngineSupervisor({
    launch: () => forkEngine(script, logger, added),
    build: protocolVersion,
    logger,
    policy: new RestartPolicy(Infinity),
  });
}
