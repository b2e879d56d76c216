// Buttons with data-copy="id" copy the value of that input, or the text of that element. Without scripts there are none.

async function copy(button) {
  const input = document.getElementById(button.dataset.copy);
  input.select?.();
  try {
    await navigator.clipboard.writeText(input.value ?? input.textContent);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Press Ctrl+C";
    return;
  }
  button.focus();
}

function show() {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-copy]");
  if (button) copy(button);
});
document.addEventListener("htmx:afterSettle", show);
show();
