// Ctrl and Enter run the statement; without this file its button does.

const text = document.getElementById("sql");

text?.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  const form = text.closest("form");
  form.requestSubmit(form.querySelector('button[value="run"]'));
});
