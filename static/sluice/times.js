// Every <time> in the page: UTC with the reader's own time as a hint, or, where the reader chose
// so in the menu, the own time in front with UTC as the hint.

(() => {
  const KEY = "sluice-times";
  const words = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });
  const two = (number) => String(number).padStart(2, "0");

  function offset(moment) {
    const minutes = -moment.getTimezoneOffset();
    const size = Math.abs(minutes);
    return `${minutes < 0 ? "−" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`;
  }

  /** The text with date and time of the reader's zone, to the digits that it has. */
  function local(text, moment) {
    const date = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
    const clock = `${two(moment.getHours())}:${two(moment.getMinutes())}`;
    const shown = text
      .replace(/\d{4}-\d\d-\d\d/, date)
      .replace(/\d\d:\d\d/, clock)
      .replace(/(\d\d:\d\d[:.\d]*)/, `$1 ${offset(moment)}`);
    const hasDate = /\d{4}-\d\d-\d\d/.test(text);
    const isOtherDay = moment.toISOString().slice(0, 10) !== date;
    return !hasDate && isOtherDay ? `${date} ${shown}` : shown;
  }

  /** "UTC" behind a time, which is not true of the own one. */
  function wordBehind(element) {
    const next = element.nextSibling;
    if (next?.nodeType === Node.TEXT_NODE && next.textContent.trim() === "") {
      return next.nextSibling?.textContent?.trim() === "UTC" ? next.nextSibling : null;
    }
    return next?.textContent?.startsWith(" UTC") ? next : null;
  }

  function show(element, isLocal) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) return;
    element.dataset.utc ??= element.textContent;
    const { utc } = element.dataset;
    element.textContent = isLocal ? local(utc, moment) : utc;
    element.title = isLocal ? `${utc} UTC` : `Your time: ${words.format(moment)}`;
    const behind = wordBehind(element);
    if (behind instanceof HTMLElement) behind.hidden = isLocal;
    else if (behind && isLocal) behind.textContent = behind.textContent.replace(/^ UTC/, "");
  }

  function showAll() {
    const isLocal = localStorage.getItem(KEY) === "local";
    for (const element of document.querySelectorAll("time[datetime]")) show(element, isLocal);
  }

  showAll();
  document.addEventListener("htmx:afterSettle", showAll);
  window.addEventListener("sluice-times", () => window.location.reload());
  // Another tab chose.
  window.addEventListener("storage", (event) => {
    if (event.key === KEY) window.location.reload();
  });
})();
