// The frame of all pages: where the focus goes when the navigation opens and closes on a narrow
// screen, and what a screen reader leaves out.

(() => {
  /** unfold writes its icons as words ("chevron_right"), which would be read out. A button that
   *  is an icon alone keeps the word as its name. */
  function hideGlyphs() {
    for (const glyph of document.querySelectorAll(
      ".material-symbols-outlined:not([aria-hidden])",
    )) {
      const word = glyph.textContent.trim();
      const owner = glyph.closest("a, button");
      if (owner && !owner.title && owner.textContent.trim() === word) {
        owner.ariaLabel ??= word.replaceAll("_", " ");
      }
      glyph.setAttribute("aria-hidden", "true");
    }
  }

  /** While the navigation lies over the page, the page behind it cannot be reached. */
  function followSidebar(sidebar) {
    const main = document.getElementById("main");
    let wasShown = false;
    new MutationObserver(() => {
      const isShown = sidebar.classList.contains("sidebar-shown");
      if (isShown === wasShown) return;
      wasShown = isShown;
      main.inert = isShown;
      const next = isShown ? "[data-sidebar-close]" : "[data-sidebar-show]";
      document.querySelector(next).focus();
    }).observe(sidebar, { attributeFilter: ["class"] });
  }

  /** What was opened stays so when its part of the page comes anew. */
  function keepOpen() {
    const selector = "details[data-stays]";
    let open = new Map();
    document.addEventListener("htmx:beforeSwap", () => {
      const found = [...document.querySelectorAll(selector)];
      open = new Map(found.map((one) => [one.dataset.stays, one.open]));
    });
    document.addEventListener("htmx:afterSwap", () => {
      for (const one of document.querySelectorAll(selector)) {
        one.open = open.get(one.dataset.stays) ?? one.open;
      }
    });
  }

  /** Shift and an arrow lead to what comes before or behind, where nothing is typed. */
  function followArrows() {
    const links = { ArrowLeft: "prev", ArrowRight: "next" };
    document.addEventListener("keydown", (event) => {
      const isTyped = event.target.closest("input, textarea, select, [contenteditable]");
      const isPlain = event.shiftKey && !event.ctrlKey && !event.altKey && !event.metaKey;
      if (!isPlain || isTyped || !(event.key in links)) return;
      const link = [...document.querySelectorAll(`a[rel="${links[event.key]}"]`)].at(-1);
      if (!link) return;
      event.preventDefault();
      link.click();
    });
  }

  /** The heads of columns of numbers stand over these, at the right. */
  function alignHeads() {
    for (const row of document.querySelectorAll(".result-list tbody tr:first-child")) {
      const heads = row.closest("table").querySelectorAll("thead th");
      for (const cell of row.children) {
        if (cell.querySelector(".admin-number")) {
          heads[cell.cellIndex]?.classList.add("column-is-number");
        }
      }
    }
  }

  function start() {
    hideGlyphs();
    alignHeads();
    followArrows();
    keepOpen();
    const content = document.getElementById("content");
    content?.setAttribute("role", "main");
    content?.setAttribute("tabindex", "-1");
    const sidebar = document.getElementById("sidebar");
    if (!sidebar) return;
    followSidebar(sidebar);
    const nav = document.getElementById("nav-sidebar-apps");
    const active = nav.querySelector(".active");
    if (active) nav.scrollTop = active.offsetTop - nav.clientHeight / 2;
  }

  document.addEventListener("DOMContentLoaded", start);
  document.addEventListener("htmx:afterSettle", hideGlyphs);
})();
