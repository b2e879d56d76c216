// Records that are chosen to be deleted: all of the page at once, a row of them with Shift, and how
// many they are. Without this file the rows are chosen one by one.

let last = null; // the row that was clicked last

function rows() {
  return [...document.querySelectorAll("#records .choose")];
}

function show() {
  const button = document.querySelector("[data-delete-chosen]");
  if (!button) return;
  const all = rows();
  const count = all.filter((row) => row.checked).length;
  const box = document.getElementById("choose-all");
  box.checked = count === all.length;
  box.indeterminate = count > 0 && count < all.length;
  button.disabled = count === 0;
  button.textContent = count === 0 ? "Delete selected…" : `Delete ${count}…`;
}

document.addEventListener("change", (event) => {
  if (event.target.id === "choose-all") {
    for (const row of rows()) row.checked = event.target.checked;
  } else if (!event.target.matches(".choose")) return;
  show();
});

document.addEventListener("click", (event) => {
  if (!event.target.matches(".choose")) return;
  const all = rows();
  if (event.shiftKey && all.includes(last)) {
    const ends = [all.indexOf(last), all.indexOf(event.target)];
    for (const row of all.slice(Math.min(...ends), Math.max(...ends) + 1)) {
      row.checked = event.target.checked;
    }
    show();
  }
  last = event.target;
});

document.addEventListener("htmx:afterSettle", show);
window.addEventListener("pageshow", show); // the browser may have kept what was chosen
show();
