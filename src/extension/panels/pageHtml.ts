/** The page in which a panel's bundle runs: fixed text without any data, under the strictest policy that works. */

/** What the page is made of; addresses are as the webview sees them. */
export interface PageParts {
  /** Panel id, which the bundle finds on the body. */
  readonly panel: string;
  /** Fresh random letters and digits for each page. */
  readonly nonce: string;
  /** Source of VS Code's own resources for the policy. */
  readonly cspSource: string;
  /** Loaded first: says so when the rest fails. */
  readonly guard: string;
  readonly script: string;
  readonly styles: readonly string[];
  /** Stylesheet of Plotly; by its id and class Plotly finds it and injects none of its own. */
  readonly plotlyStyle: string | null;
  readonly language: string;
  readonly title: string;
}

const escapes: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};
const escape = (text: string): string => text.replace(/[&<>"']/g, (char) => escapes[char] ?? char);

/** The html of a panel's page. Data comes only after the page has called "page/ready", never in here. */
export function pageHtml(parts: PageParts): string {
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${parts.nonce}'`,
    `style-src ${parts.cspSource}`,
    `font-src ${parts.cspSource}`,
    `img-src ${parts.cspSource} data: blob:`,
  ].join("; ");
  const link = (href: string, id?: string): string =>
    `<link rel="stylesheet"${id ? ` id="${id}" class="no-inline-styles"` : ""} href="${escape(href)}">`;
  // Without the attribute what a script of another origin throws has no words.
  const script = (src: string): string =>
    `<script nonce="${parts.nonce}" crossorigin="anonymous" src="${escape(src)}"></script>`;
  const plotly = parts.plotlyStyle === null ? [] : [link(parts.plotlyStyle, "plotly.js-style-global")];
  return `<!DOCTYPE html>
<html lang="${escape(parts.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(parts.title)}</title>
${[...plotly, ...parts.styles.map((href) => link(href))].join("\n")}
</head>
<body data-panel="${escape(parts.panel)}">
<div id="root"></div>
${[parts.guard, parts.script].map(script).join("\n")}
</body>
</html>
`;
}

/** A page that says one thing and runs nothing. */
export function messageHtml(message: string, language: string): string {
  return `<!DOCTYPE html>
<html lang="${escape(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<title>Introspect</title>
</head>
<body><p role="alert">${escape(message)}</p></body>
</html>
`;
}
