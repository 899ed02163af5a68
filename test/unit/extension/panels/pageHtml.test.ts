import assert from "node:assert/strict";
import { pageHtml } from "../../../../src/extension/panels/pageHtml";

const parts = {
  panel: "lens",
  nonce: "abc123",
  cspSource: "https://*.vscode-cdn.net",
  guard: "https://x/guard.js",
  script: "https://x/lens.js",
  styles: ["https://x/lens.css"],
  plotlyStyle: "https://x/plotly.css",
  language: "de",
  title: "Lens",
};

describe("a panel's page", () => {
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(pageHtml(parts))?.[1] ?? "";

  it("allows nothing by default, and only the script with its nonce", () => {
    assert.match(policy, /^default-src &#39;none&#39;; script-src &#39;nonce-abc123&#39;;/);
    for (const word of ["unsafe", "eval", "connect-src", "frame-src", " *", "http:"]) {
      assert.ok(!policy.includes(word), word);
    }
  });

  it("holds the guard's script and then the panel's, from files, and no handler or style in the text", () => {
    const html = pageHtml(parts);
    assert.deepEqual(html.match(/<script[^>]*>.*?<\/script>/gs), [
      '<script nonce="abc123" crossorigin="anonymous" src="https://x/guard.js"></script>',
      '<script nonce="abc123" crossorigin="anonymous" src="https://x/lens.js"></script>',
    ]);
    assert.doesNotMatch(html, /<style|\son\w+=|style=/);
  });

  it("lets Plotly find its stylesheet", () => {
    assert.match(
      pageHtml(parts),
      /<link rel="stylesheet" id="plotly.js-style-global"[^>]* href="https:\/\/x\/plotly.css">/,
    );
    assert.doesNotMatch(pageHtml({ ...parts, plotlyStyle: null }), /plotly/);
  });

  it("escapes whatever it is given", () => {
    const html = pageHtml({ ...parts, title: '</title><script>alert("1")</script>', language: '"><img>' });
    assert.doesNotMatch(html, /<script>alert|<img>/);
  });
});
