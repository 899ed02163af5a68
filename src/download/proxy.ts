/**
 * Proxies of the command line, from the usual variables. Inside VS Code they are not needed: it puts its own handling
 * of proxies (the setting http.proxy, the system's, the variables) under `http` and `https`.
 */
import http from "http";
import tls from "tls";
import type { Socket } from "net";

/** Variables that name a proxy, or hosts without one. */
export type ProxyEnv = Readonly<Record<string, string | undefined>>;

/** The proxy for an address; null where it is reached directly. */
export function proxyFor(url: URL, env: ProxyEnv): URL | null {
  const value = (name: string): string | undefined => env[name.toLowerCase()] || env[name.toUpperCase()];
  const set = value(url.protocol === "https:" ? "https_proxy" : "http_proxy") ?? value("all_proxy");
  if (set === undefined || isExcepted(url, value("no_proxy") ?? "")) return null;
  try {
    const proxy = new URL(set.includes("://") ? set : `http://${set}`);
    return proxy.protocol === "http:" ? proxy : null;
  } catch {
    return null;
  }
}

/** NO_PROXY: names with the names below them, with or without a leading dot or a port; `*` is every host. */
function isExcepted({ hostname, port, protocol }: URL, list: string): boolean {
  const ownPort = port || (protocol === "https:" ? "443" : "80");
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== "")
    .some((entry) => {
      const [, name, only] = /^\*?\.?(.*?)(?::(\d+))?$/.exec(entry.toLowerCase()) ?? [];
      if (entry === "*") return true;
      if (only !== undefined && only !== ownPort) return false;
      return hostname === name || hostname.endsWith(`.${name}`);
    });
}

/** Header with the name and password that stand in a proxy's address. */
export function proxyAuthorization({ username, password }: URL): Record<string, string> {
  if (username === "") return {};
  const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  return { "proxy-authorization": `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** An encrypted connection to an address through a proxy; rejects with the status the proxy answered, or a network error. */
export function tunnel(url: URL, proxy: URL, timeoutMs: number): Promise<Socket> {
  const host = `${url.hostname}:${url.port || 443}`;
  return new Promise((resolve, reject) => {
    const request = http.request({
      host: proxy.hostname,
      port: proxy.port || 80,
      method: "CONNECT",
      path: host,
      headers: { host, ...proxyAuthorization(proxy) },
      agent: false,
      timeout: timeoutMs,
    });
    request.once("connect", ({ statusCode = 0 }, socket) => {
      if (statusCode !== 200) {
        socket.destroy();
        return reject(Object.assign(new Error("The proxy refused."), { proxyStatus: statusCode }));
      }
      const secured = tls.connect({ socket, servername: url.hostname }, () => resolve(secured));
      secured.once("error", reject);
    });
    request.once("timeout", () =>
      request.destroy(Object.assign(new Error("timeout"), { code: "ETIMEDOUT" })),
    );
    request.once("error", reject);
    request.end();
  });
}
