// The API in a browser: sends the bodies of forms as JSON, also by methods that forms do not have,
// and shows the page that is answered in the place of the one that is there.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.matches("[data-send]")) return;
  event.preventDefault();
  const { value: method, dataset } = event.submitter;
  if (!dataset.confirm || window.confirm(dataset.confirm)) send(form, method);
});

async function send(form, method) {
  const { body, csrfmiddlewaretoken } = form.elements;
  const headers = { Accept: "text/html", "X-CSRFToken": csrfmiddlewaretoken.value };
  if (body) headers["Content-Type"] = "application/json";
  try {
    const answer = await fetch(form.action, { method, headers, body: body?.value });
    show(await answer.text());
  } catch {
    document.querySelector("[data-failure]").hidden = false;
  }
}

function show(text) {
  const page = new DOMParser().parseFromString(text, "text/html").querySelector("#api");
  document.querySelector("#api").replaceWith(page);
  window.scrollTo(0, 0);
  page.querySelector("[data-answer]").focus();
}
