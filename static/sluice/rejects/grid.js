// The grid of rejected rows: a cell is checked when it is left. Without this file each row has a
// button that checks it.

(() => {
  const saved = new WeakMap(); // what the server has of a cell

  function set() {
    for (const button of document.querySelectorAll("[data-check]")) button.hidden = true;
    for (const cell of document.querySelectorAll("[data-mend] input")) {
      if (!saved.has(cell)) saved.set(cell, cell.value);
    }
  }

  function isChanged(cell) {
    return saved.has(cell) && saved.get(cell) !== cell.value;
  }

  function say(sentence) {
    document.querySelector("[data-said-of-rejects]").textContent = sentence;
  }

  function show(body, told) {
    body.className = `mend mend-${told.state}`;
    body.querySelector("[data-state]").textContent = told.label;
    body.querySelector("[data-why]").textContent = told.why.join("; ");
    body.querySelector("[data-by]").textContent = told.by;
    for (const button of body.querySelectorAll("[data-undo]")) button.hidden = !told.can_undo;
    body.querySelector("[data-let-go]").hidden = !told.can_let_go;
    const isFixed = !told.can_let_go;
    for (const [place, cell] of [...body.querySelectorAll("input[name=cell]")].entries()) {
      const [value, why, hasOther] = told.cells[place] ?? ["", "", false];
      // What is being typed meanwhile stays.
      if (cell.value === saved.get(cell) || cell !== document.activeElement) cell.value = value;
      saved.set(cell, value);
      cell.toggleAttribute("aria-invalid", Boolean(why));
      if (why) cell.setAttribute("aria-invalid", "true");
      cell.title = why;
      cell.readOnly = isFixed;
      cell.parentElement.classList.toggle("mend-changed", hasOther);
    }
    const offer = body.querySelector("[data-offer]");
    offer.innerHTML = told.offer;
    window.htmx.process(offer);
    const standing = document.getElementById("rejects-standing");
    standing.outerHTML = told.standing;
    window.htmx.process(document.getElementById("rejects-standing"));
    say(`Line ${told.line}: ${told.label}. ${told.why.join("; ")}`);
  }

  async function send(form, action) {
    const body = form.closest("[data-mend]");
    const data = new FormData(form);
    data.set("do", action);
    body.setAttribute("aria-busy", "true");
    try {
      const response = await fetch(form.action, {
        method: "POST",
        body: data,
        headers: { Accept: "application/json" },
      });
      const told = await response.json();
      if (response.ok) show(body, told);
      else body.querySelector("[data-why]").textContent = told.detail;
    } catch {
      body.querySelector("[data-why]").textContent =
        "The row could not be checked: the server does not answer. Leave the cell again in a minute.";
    } finally {
      body.removeAttribute("aria-busy");
    }
  }

  function below(cell, step) {
    const place = [...cell.closest("tr").querySelectorAll("input[name=cell]")].indexOf(cell);
    const bodies = [...document.querySelectorAll("[data-mend]")];
    const other = bodies[bodies.indexOf(cell.closest("[data-mend]")) + step];
    return other?.querySelectorAll("input[name=cell]")[place];
  }

  document.addEventListener("change", (event) => {
    if (!event.target.matches("[data-mend] input[name=cell]")) return;
    if (isChanged(event.target)) send(event.target.form, "edit");
  });

  document.addEventListener("keydown", (event) => {
    const cell = event.target;
    if (!cell.matches?.("[data-mend] input[name=cell]")) return;
    if (event.key === "Escape") cell.value = saved.get(cell) ?? cell.value;
    if (event.key !== "Enter") return;
    event.preventDefault(); // it would send the form
    const next = below(cell, event.shiftKey ? -1 : 1);
    if (next) {
      next.focus();
      next.select();
    } else cell.blur();
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.closest("[data-mend]") || form.matches(".mend-offer")) return;
    event.preventDefault();
    send(form, event.submitter?.value ?? "edit");
  });

  // While a cell is being edited nothing takes its place; the next look comes in a second.
  document.addEventListener("htmx:beforeSwap", (event) => {
    if (event.target.id !== "rejects" || event.detail.requestConfig.verb !== "get") return;
    if (isChanged(document.activeElement)) event.detail.shouldSwap = false;
  });
  document.addEventListener("htmx:afterSettle", set);

  set();
})();
