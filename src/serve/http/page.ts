import { createHash } from "node:crypto";
import { SCRIPT } from "./page-script.js";
import { STYLE } from "./page-style.js";

/** The page on which a person tries the models: one document without anything from elsewhere. */
export const PAGE = page();

function page(): { html: string; policy: string } {
  const hashOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
  const html = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>undertone serve</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<header>
<h1>undertone serve</h1>
<p>Send cases to a model and look at the answer. The interface: <a href="openapi.json">openapi.json</a>.</p>
</header>
<form id="form">
<div class="fields">
<label>Model<select id="model" required></select></label>
<label>Operation<select id="operation" required></select></label>
<label>Token<input id="token" type="password" autocomplete="off" placeholder="if the server needs one"></label>
</div>
<p id="about" class="quiet"></p>
<label for="body">Request (JSON)</label>
<textarea id="body" rows="12" spellcheck="false"></textarea>
<div class="actions"><button type="submit">Send</button><span id="status" role="status" aria-live="polite"></span></div>
</form>
<section aria-label="Answer" hidden id="answer">
<h2>Answer</h2>
<div id="chart"></div>
<pre id="text" tabindex="0"></pre>
<details><summary>The same with curl</summary><pre id="curl" tabindex="0"></pre></details>
</section>
</main>
<script>${SCRIPT}</script>
</body>
</html>
`;
  const policy = [
    "default-src 'none'",
    `script-src ${hashOf(SCRIPT)}`,
    `style-src ${hashOf(STYLE)}`,
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
  return { html, policy };
}
