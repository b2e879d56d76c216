// Which columns of the table are shown: chosen for each kind, and kept in this browser.

const PREFIX = "sluice-hidden-columns-";

function menu() {
  return document.querySelector("[data-columns]");
}

function hiddenOf(kind) {
  return new Set(JSON.parse(localStorage.getItem(PREFIX + kind) ?? "[]"));
}

function apply() {
  const box = menu();
  if (!box) return;
  const hidden = hiddenOf(box.dataset.columns);
  for (const input of box.querySelectorAll("input")) input.checked = !hidden.has(input.value);
  for (const cell of document.querySelectorAll("#records [data-column]")) {
    cell.hidden = hidden.has(cell.dataset.column);
  }
}

document.addEventListener("change", (event) => {
  const box = event.target.closest("[data-columns]");
  if (!box) return;
  const inputs = [...box.querySelectorAll("input")];
  const hidden = inputs.filter((input) => !input.checked).map((input) => input.value);
  localStorage.setItem(PREFIX + box.dataset.columns, JSON.stringify(hidden));
  apply();
});
document.addEventListener("htmx:afterSettle", apply);
apply();
