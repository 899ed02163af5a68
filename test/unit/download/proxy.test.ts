import assert from "node:assert/strict";
import http from "node:http";
import type { AddressInfo } from "node:net";
import { proxyFor } from "../../../src/download/proxy";
import { ask } from "../../../src/download/request";

const there = new URL("https://huggingface.co/a");

describe("the proxy of an address", () => {
  const cases: [string, Record<string, string>, string | null][] = [
    ["none without variables", {}, null],
    ["HTTPS_PROXY's", { HTTPS_PROXY: "http://proxy:8080" }, "http://proxy:8080/"],
    ["https_proxy's, without a scheme", { https_proxy: "proxy:8080" }, "http://proxy:8080/"],
    ["not HTTP_PROXY's", { HTTP_PROXY: "http://proxy:8080" }, null],
    ["ALL_PROXY's", { ALL_PROXY: "http://proxy:8080" }, "http://proxy:8080/"],
    ["none of a kind that is not known", { HTTPS_PROXY: "socks5://proxy:1080" }, null],
    ["none where it is empty", { HTTPS_PROXY: "" }, null],
    ["none of an excepted host", { HTTPS_PROXY: "proxy:1", NO_PROXY: "x, huggingface.co" }, null],
    ["none of an excepted domain", { HTTPS_PROXY: "proxy:1", no_proxy: ".co" }, null],
    [
      "none of an excepted host with its port",
      { HTTPS_PROXY: "proxy:1", NO_PROXY: "huggingface.co:443" },
      null,
    ],
    ["kept for another port", { HTTPS_PROXY: "http://p:1", NO_PROXY: "huggingface.co:80" }, "http://p:1/"],
    [
      "kept for a name that only ends alike",
      { HTTPS_PROXY: "http://p:1", NO_PROXY: "face.co" },
      "http://p:1/",
    ],
    ["none where all are excepted", { HTTPS_PROXY: "proxy:1", NO_PROXY: "*" }, null],
  ];
  for (const [what, env, expected] of cases) {
    it(`is ${what}`, () => assert.equal(proxyFor(there, env)?.href ?? null, expected));
  }
});

describe("a tunnel through a proxy", () => {
  let asked: string[] = [];
  let proxy: http.Server;
  beforeEach(async () => {
    asked = [];
    proxy = http.createServer();
    proxy.on("connect", ({ method, url, headers }, socket) => {
      asked.push(`${method} ${url} ${headers["proxy-authorization"] ?? ""}`.trim());
      socket.end("HTTP/1.1 407 Proxy Authentication Required\r\n\r\n");
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  });
  afterEach(() => proxy.close());

  it("is asked for with the name and password of its address; its refusal is told", async () => {
    const env = { HTTPS_PROXY: `http://me:pass%20word@127.0.0.1:${(proxy.address() as AddressInfo).port}` };
    await assert.rejects(ask({ method: "HEAD", url: there }, "all", { proxyEnv: env }), {
      code: "download-refused",
      next: "Check the proxy's name and password.",
    });
    const pair = Buffer.from("me:pass word").toString("base64");
    assert.deepEqual(asked, [`CONNECT huggingface.co:443 Basic ${pair}`]);
  });
});
