/**
 * One request over http or https: through a proxy where one is set, with a limit on silence, cancellable. The only place
 * that opens a connection. The modules are named without `node:`, since VS Code puts its proxies under these names alone.
 */
import http from "http";
import https from "https";
import type { Socket } from "net";
import { throwIfCancelled, type CancelSignal } from "../base/cancel";
import { CancelledError } from "../base/errors";
import { asDownloadError, DownloadError, statusError, timedOut } from "./downloadError";
import { proxyAuthorization, proxyFor, tunnel, type ProxyEnv } from "./proxy";

/** How connections are made. */
export interface NetworkOptions {
  readonly signal?: CancelSignal | undefined;
  /** Milliseconds of silence after which a request is given up. */
  readonly timeoutMs?: number;
  /** Variables with proxies; left out where something below does that (VS Code). */
  readonly proxyEnv?: ProxyEnv | undefined;
}

/** An answer whose body has not been read yet; whoever does not read it destroys it. */
export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly body: http.IncomingMessage;
  /** The address that answered, after redirects. */
  readonly url: URL;
}

/** A request. */
export interface Asked {
  readonly method: "GET" | "HEAD";
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
}

const silence = 30_000;
const mostRedirects = 8;

/**
 * Asks, following redirects as far as `follow` says: everywhere, or within the same host.
 * @throws {DownloadError} for what the network does; statuses are the caller's
 */
export async function ask(
  asked: Asked,
  follow: "all" | "same-host",
  options: NetworkOptions,
): Promise<Answer> {
  let at = asked;
  for (let i = 0; i <= mostRedirects; i++) {
    const answer = await once(at, options);
    const { location } = answer.headers;
    if (![301, 302, 303, 307, 308].includes(answer.status) || location === undefined) return answer;
    const url = new URL(location, at.url);
    if (follow === "same-host" && url.host !== at.url.host) return answer;
    answer.body.destroy();
    // From an encrypted address to an open one: what comes could be anybody's.
    const isWorse = at.url.protocol === "https:" && url.protocol !== "https:";
    if (isWorse || !/^https?:$/.test(url.protocol)) break;
    at = { ...at, url };
  }
  throw new DownloadError("download-redirects", `${asked.url.host} sends the request on and on.`, {
    next: "Try again later, or check the proxy setting.",
  });
}

async function once({ method, url, headers }: Asked, options: NetworkOptions): Promise<Answer> {
  throwIfCancelled(options.signal);
  const { timeoutMs = silence } = options;
  const proxy = options.proxyEnv === undefined ? null : proxyFor(url, options.proxyEnv);
  const socket =
    proxy !== null && url.protocol === "https:" ? await through(url, proxy, timeoutMs) : undefined;
  return new Promise((resolve, reject) => {
    const request = start({ method, url, headers }, { proxy, socket, timeoutMs });
    // Once the answer has begun, its body is what must end: it would call every other end a broken connection.
    let running: { destroy(error: Error): unknown } = request;
    const stop = (): void => void running.destroy(new CancelledError());
    const fail = (thrown: unknown): void => {
      options.signal?.removeEventListener("abort", stop);
      reject(asDownloadError(thrown, url.host) as Error);
    };
    options.signal?.addEventListener("abort", stop, { once: true });
    request.once("timeout", () => running.destroy(timedOut(url.host)));
    request.once("error", fail);
    request.once("response", (body) => {
      running = body;
      body.once("close", () => options.signal?.removeEventListener("abort", stop));
      resolve({ status: body.statusCode ?? 0, headers: body.headers, body, url });
    });
    request.end();
  });
}

interface Way {
  readonly proxy: URL | null;
  readonly socket: Socket | undefined;
  readonly timeoutMs: number;
}

function start({ method, url, headers }: Asked, { proxy, socket, timeoutMs }: Way): http.ClientRequest {
  // Compressed bytes would be neither the file's nor as many.
  const own = { "accept-encoding": "identity", "user-agent": "introspect", ...headers };
  if (url.protocol === "https:") {
    const tunnelled = socket === undefined ? {} : { createConnection: () => socket, agent: false as const };
    return https.request(url, { method, headers: own, timeout: timeoutMs, ...tunnelled });
  }
  if (proxy === null) return http.request(url, { method, headers: own, timeout: timeoutMs });
  return http.request({
    host: proxy.hostname,
    port: proxy.port || 80,
    path: url.href,
    method,
    headers: { host: url.host, ...own, ...proxyAuthorization(proxy) },
    timeout: timeoutMs,
  });
}

async function through(url: URL, proxy: URL, timeoutMs: number): Promise<Socket> {
  try {
    return await tunnel(url, proxy, timeoutMs);
  } catch (thrown) {
    const { proxyStatus } = thrown as { proxyStatus?: number };
    const at = { name: url.host, host: `The proxy ${proxy.host}` };
    throw proxyStatus === undefined ? asDownloadError(thrown, proxy.host) : statusError(proxyStatus, at);
  }
}
