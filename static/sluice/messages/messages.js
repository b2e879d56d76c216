// The messages page: short addresses, what is open stays open, and what was found is read out.
// Without this file the page works by plain links and forms.

(() => {
  const NARROW = window.matchMedia("(max-width: 47.99rem)");
  let filtersAreOpen = null; // as the user left them; null before anything was done

  function filters() {
    return document.querySelector("[data-filters]");
  }

  function set() {
    const box = filters();
    if (!box) return;
    if (filtersAreOpen === null && NARROW.matches) filtersAreOpen = false;
    if (filtersAreOpen !== null && !("hasErrors" in box.dataset)) box.open = filtersAreOpen;
    box.querySelector("summary").addEventListener("click", () => {
      filtersAreOpen = !box.open; // the click is about to turn it
    });
    for (const element of document.querySelectorAll("[data-needs-script]")) element.hidden = false;
  }

  function announce() {
    const said = document.querySelector("[data-said]");
    const day = document.querySelector("[data-heading]");
    if (said && day) {
      document.querySelector("[data-announcer]").textContent =
        `${day.textContent}: ${said.textContent}`;
    }
    // The link that was followed is gone; keyboards go on from the heading.
    if (day && document.activeElement === document.body) day.focus({ preventScroll: true });
  }

  // What is empty says nothing; only an empty date does: all days.
  document.addEventListener("htmx:configRequest", (event) => {
    if (event.target.id !== "filters") return;
    const given = event.detail.formData;
    for (const name of new Set(given.keys())) {
      const values = given.getAll(name).filter((value) => value.trim() !== "");
      given.delete(name);
      for (const value of values) given.append(name, value);
      if (name === "date" && values.length === 0) given.append(name, "");
    }
  });

  // At once, however long the answer takes.
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (event.detail.target?.id !== "messages") return;
    event.detail.target.setAttribute("aria-busy", "true");
    document.querySelector("[data-announcer]").textContent = "Looking for records.";
    const button = document.getElementById("f-show");
    button.textContent = "Looking…";
    button.disabled = true;
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-submit]")) event.target.form.requestSubmit();
  });

  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.target.id !== "messages") return;
    set();
    announce();
  });

  // A page that tells of a fault is no part of this one: show it whole.
  document.addEventListener("htmx:responseError", (event) => {
    window.location.assign(event.detail.pathInfo.finalRequestPath);
  });
  document.addEventListener("htmx:sendError", (event) => {
    window.location.assign(event.detail.pathInfo.finalRequestPath);
  });

  document.addEventListener("click", (event) => {
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      if (!menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of document.querySelectorAll("[data-menu][open]")) {
      menu.open = false;
      menu.querySelector("summary").focus();
    }
  });

  set();
})();
