/** A local server that answers as Hugging Face does: small files at once, large ones by a redirect to where bytes lie. */
import { createHash } from "node:crypto";
import http from "node:http";
import type { AddressInfo } from "node:net";
import type { CatalogueEntry } from "../../src/protocol/catalogue";

/** What it serves, and what goes wrong with it. */
export interface ServedModel {
  readonly name: string;
  readonly commit: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
  /** Files that are sent on to where bytes lie, with their SHA-256 stated. */
  readonly large: readonly string[];
}

/** What it does otherwise than it should; tests change it while it runs. */
export interface Faults {
  /** Status of every answer below `resolve`. */
  status?: number;
  /** Bytes of a file after which the connection breaks, so many times. */
  cut?: { after: number; times: number };
  /** Bytes after which nothing more comes. */
  stall?: number;
  /** Sends other bytes of the same length. */
  wrongBytes?: boolean;
  /** Sends the whole file whatever is asked for. */
  noRanges?: boolean;
  /** States no checksum and no commit. */
  silent?: boolean;
  /** Tag of the bytes, instead of their own. */
  tag?: string;
  /** Where every request is sent on to. */
  redirect?: string;
  /** Milliseconds between pieces of 4,096 bytes. */
  pace?: number;
}

/** A server that runs. */
export interface ModelServer {
  readonly endpoint: string;
  readonly faults: Faults;
  /** "GET path range" of every request. */
  readonly requests: string[];
  /** Bytes of bodies that were handed to connections. */
  readonly sent: () => number;
  /** Connections that are open. */
  readonly open: () => number;
  close(): Promise<void>;
}

/** SHA-256 as hex. */
export const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Git's checksum of a file. */
export const gitBlob = (bytes: Uint8Array): string =>
  createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");

/** Starts a server on a free port of this machine. */
export async function startModelServer(model: ServedModel): Promise<ModelServer> {
  const faults: Faults = {};
  const requests: string[] = [];
  let sent = 0;
  const connections = new Set<unknown>();
  const server = http.createServer((request, response) => {
    const range = request.headers.range ?? "";
    requests.push(`${request.method} ${request.url} ${range}`.trim());
    if (faults.redirect !== undefined)
      return void response.writeHead(302, { location: faults.redirect }).end();
    const [, at, name] = /^\/(.*)\/([^/]+)$/.exec(request.url ?? "") ?? [];
    const bytes = model.files[name ?? ""];
    const isResolve = at === `${model.name}/resolve/main` || at === `${model.name}/resolve/${model.commit}`;
    if (faults.status !== undefined && isResolve) return void response.writeHead(faults.status).end();
    if (bytes === undefined || !(isResolve || at === "cdn")) return void response.writeHead(404).end();
    const isLarge = model.large.includes(name);
    if (isResolve && isLarge) {
      const stated = { "x-linked-etag": `"${sha256(bytes)}"`, "x-linked-size": bytes.length };
      const headers = faults.silent ? {} : { ...stated, "x-repo-commit": model.commit };
      return void response
        .writeHead(302, { location: `http://${cdnHost(server)}/cdn/${name}`, ...headers })
        .end();
    }
    const tag = faults.tag ?? (isLarge ? `"bytes-of-${name}"` : `"${gitBlob(bytes)}"`);
    void serve(
      { request, response, bytes, faults, count: (n) => (sent += n) },
      {
        etag: faults.silent && !isLarge ? undefined : tag,
        ...(faults.silent ? {} : { "x-repo-commit": model.commit }),
      },
    );
  });
  server.on("connection", (socket) => {
    connections.add(socket);
    socket.on("close", () => connections.delete(socket));
    socket.on("error", () => {});
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    faults,
    requests,
    sent: () => sent,
    open: () => connections.size,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Another host name for the same server, as bytes lie on another host at Hugging Face. */
const cdnHost = (server: http.Server): string => `localhost:${(server.address() as AddressInfo).port}`;

interface Serving {
  readonly request: http.IncomingMessage;
  readonly response: http.ServerResponse;
  readonly bytes: Uint8Array;
  readonly faults: Faults;
  count(bytes: number): void;
}

async function serve(
  { request, response, bytes, faults, count }: Serving,
  { etag, ...headers }: { etag: string | undefined } & Record<string, string | undefined>,
): Promise<void> {
  const asked = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
  const fits = request.headers["if-range"] === undefined || request.headers["if-range"] === etag;
  const from = asked !== null && fits && !faults.noRanges ? Number(asked[1]) : 0;
  if (from > bytes.length) return void response.writeHead(416).end();
  const known = Object.fromEntries(
    Object.entries({ ...headers, etag }).filter(([, value]) => value !== undefined),
  );
  response.writeHead(from > 0 ? 206 : 200, {
    ...known,
    "content-length": bytes.length - from,
    ...(from > 0 ? { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
  });
  if (request.method === "HEAD") return void response.end();
  const body = faults.wrongBytes ? bytes.map((byte) => byte ^ 1) : bytes;
  const step = 4096;
  for (let at = from; at < body.length && !response.destroyed; at += step) {
    if (faults.cut && faults.cut.times > 0 && at >= faults.cut.after && bytes.length > step) {
      faults.cut.times--;
      // What was written before goes out first.
      await new Promise((resolve) => setTimeout(resolve, 30));
      return void response.destroy();
    }
    if (faults.stall !== undefined && at >= faults.stall && bytes.length > step) return;
    const piece = body.subarray(at, at + step);
    count(piece.length);
    if (!response.write(piece)) await once(response, "drain", "close");
    if (faults.pace !== undefined) await new Promise((resolve) => setTimeout(resolve, faults.pace));
  }
  response.end();
}

/** Waits for whichever comes first. */
function once(emitter: http.ServerResponse, ...events: string[]): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      for (const event of events) emitter.off(event, done);
      resolve();
    };
    for (const event of events) emitter.on(event, done);
  });
}

/** An entry of a catalogue for what a server serves, every size and checksum known. */
export function entryOf(model: ServedModel): CatalogueEntry {
  return {
    name: model.name,
    revision: model.commit,
    licence: "MIT",
    parameters: 1000,
    sizes: {
      family: "gpt2",
      nLayers: 1,
      nHeads: 1,
      nKvHeads: 1,
      dModel: 8,
      dHead: 8,
      dMlp: 8,
      dVocab: 8,
      nCtx: 8,
    },
    files: Object.entries(model.files).map(([name, bytes]) => ({
      name,
      size: bytes.length,
      sha256: sha256(bytes),
    })),
  };
}
