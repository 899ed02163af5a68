/** The thread's own script: serves the extension host over the thread's port. */
import fs from "node:fs";
import path from "node:path";
import { parentPort } from "node:worker_threads";
import { silentLogger } from "../../base/log";
import type { RaspApi } from "../../protocol/raspApi";
import { RpcPeer } from "../../protocol/rpc";
import { raspHandlers } from "../../rasp/service/handlers";

const port = parentPort;
if (port === null) {
  process.stderr.write("This thread belongs to the Introspect extension; it is started by the extension.\n");
  process.exitCode = 2;
} else {
  new RpcPeer<RaspApi, Record<never, never>>(
    {
      send: (message) => port.postMessage(message),
      onMessage: (listener) => void port.on("message", listener),
      onClose: (listener) => void port.once("close", listener),
    },
    raspHandlers(readBeside),
    { remote: "host", logger: silentLogger },
  );
}

/** A file that a program loads, by the path it names; null where there is none. */
function readBeside(folder: string | null, name: string): string | null {
  if (folder === null) return null;
  try {
    return fs.readFileSync(path.resolve(folder, name), "utf8");
  } catch {
    return null;
  }
}
