// The request of the page, or of one of its forms, as a line for a shell.

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

function text(method, body) {
  const chosen = document.querySelector("[data-curl-token]")?.selectedOptions[0];
  const variable = chosen?.value ?? "SLUICE_TOKEN";
  const lines = [`export ${variable}=${chosen ? chosen.dataset.begins : "…"}`];
  const parts = [`curl -H "Authorization: Token $${variable}"`];
  if (method !== "GET") parts.push(`-X ${method}`);
  if (body) parts.push("-H 'Content-Type: application/json'", `-d ${quoted(body)}`);
  const url = new URL(window.location.href);
  if (method !== "GET") url.search = "";
  parts.push(quoted(url.href));
  return [...lines, parts.join(" \\\n  ")].join("\n");
}

let shown = { method: "GET", form: null };

function show() {
  const panel = document.querySelector("[data-curl]");
  if (!panel) return;
  for (const one of document.querySelectorAll("[data-needs-script]")) one.hidden = false;
  const line = text(shown.method, shown.form?.elements.body?.value.trim());
  panel.querySelector("[data-curl-shown]").textContent = line;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-curl-of]");
  if (!button) return;
  shown = { method: button.dataset.curlOf, form: button.form };
  show();
  document.querySelector("[data-curl]").scrollIntoView({ block: "center" });
});
document.addEventListener("change", show);
document.addEventListener("input", show);
// The page was replaced by an answer.
new MutationObserver(() => {
  const panel = document.querySelector("[data-curl]");
  if (!panel?.hidden) return;
  shown = { method: "GET", form: null };
  show();
}).observe(document.body, { childList: true, subtree: true });
show();
