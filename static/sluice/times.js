// The local time of every <time> in the page, as a hint. The page itself shows UTC.

(() => {
  const words = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

  function addHints(root) {
    for (const element of root.querySelectorAll("time[datetime]:not([title])")) {
      const moment = new Date(element.dateTime);
      if (!Number.isNaN(moment.getTime())) element.title = `Your time: ${words.format(moment)}`;
    }
  }

  addHints(document);
  document.addEventListener("htmx:afterSettle", () => addHints(document));
})();
