/** The engine process: serves the extension host over the child process's own channel and ends with it. */
import type { Logger } from "../base/log";
import { engineCallDecoders } from "../protocol/decodeEngineCall";
import type { EngineApi } from "../protocol/engineApi";
import { type Channel, RpcPeer } from "../protocol/rpc";
import { settingsFrom } from "./environment";
import { engineHandlers, queued } from "./handlers";
import { JobQueue } from "./jobQueue";
import { ModelStore } from "./modelStore";
import { defaultCacheDirectory } from "./store/cacheDirectory";

const logger: Logger = {
  info: (message) => void process.stdout.write(`${message}\n`),
  warn: (message) => void process.stderr.write(`${message}\n`),
  error: (message) => void process.stderr.write(`${message}\n`),
};

const channel: Channel = {
  send: (message) => void process.send?.(message),
  onMessage: (listener) => void process.on("message", listener),
  onClose: (listener) => void process.on("disconnect", listener),
};

if (process.send === undefined) {
  logger.error("This is the engine of the Introspect extension; it is started by the extension.");
  process.exitCode = 2;
} else {
  const store = new ModelStore({
    cacheDirectory: defaultCacheDirectory(),
    logger,
    ...settingsFrom(process.env),
  });
  new RpcPeer<EngineApi, Record<never, never>>(channel, queued(engineHandlers(store), new JobQueue()), {
    remote: "host",
    logger,
    decoders: engineCallDecoders,
  });
  // Nobody is left to answer: native code may still be running, so nothing is waited for.
  process.on("disconnect", () => process.exit(0));
}
