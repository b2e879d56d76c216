// The charts above the table: loaded when they come into view, drawn by Chart.js (window.Chart).
// While records are missing they are asked for again.
import { inWords } from "../messages/chart_axis.js";
import { element, listGroups, tabulate } from "./chart_beside.js";
import { drawLines } from "./chart_lines.js";
import { drawOverview } from "./chart_overview.js";

const BAND = "sluice-band";
const WAITS = [5, 10, 20, 30]; // seconds until it is asked again, the last one from then on
let shown = null; // what is drawn now: {section, data, charts, abort, asked}
const measures = {}; // the one number that is drawn where there are many, by the section's address

function palette() {
  const style = getComputedStyle(document.querySelector(".page"));
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    line: value("--line"),
    text: value("--quiet"),
    strong: value("--link"),
    all: value("--series-1"),
    lightness: document.documentElement.classList.contains("dark") ? 0.76 : 0.53,
  };
}

function forget() {
  for (const chart of shown.charts) chart.destroy();
  shown.charts = [];
}

function drawAll() {
  const { section, data } = shown;
  const colors = palette();
  const band = section.querySelector("[data-band]");
  forget();
  band.value = localStorage.getItem(BAND) ?? band.options[0].value;
  band.parentElement.hidden = !data.seconds;
  const lines = drawLines(section.querySelector("[data-charts]"), data, band.value, colors);
  const overview = drawOverview(section.querySelector("[data-overview]"), data.overview, colors);
  shown.charts = [...lines, ...overview];
}

function offerMeasures(section, data) {
  const select = section.querySelector("[data-measure]");
  select.parentElement.hidden = data.charts.length === data.measures.length && !measures[address()];
  const options = data.measures.map(({ name, label }) => {
    const option = element("option", label);
    option.value = name;
    return option;
  });
  const some = element("option", "the first numbers");
  some.value = "";
  select.replaceChildren(some, ...options);
  select.value = measures[address()] ?? "";
}

function address() {
  return shown.section.dataset.chart.split("?")[0];
}

function tell(section, data) {
  const [moment] = inWords(Math.floor(data.as_of));
  const hint = data.groups.length ? " Drag over a chart to choose a time range." : "";
  section.querySelector("[data-chart-said]").textContent = `${data.said} As of ${moment}.${hint}`;
  const late = section.querySelector("[data-chart-late]");
  if (late.textContent !== data.late) late.textContent = data.late;
  late.hidden = !data.late;
  const total = document.querySelector("[data-total]");
  if (total && data.total) total.textContent = ` of ${data.total.toLocaleString("en")}`;
}

/** The answer, or a sentence that says why there is none. */
async function answer(section, signal) {
  const fault = { error: "The chart could not be loaded. Reload the page to try again." };
  const measure = measures[address()] ?? "";
  try {
    const url = `${section.dataset.chart}&_measure=${encodeURIComponent(measure)}`;
    const response = await fetch(url, { signal });
    if (response.redirected) return fault;
    const data = await response.json();
    return response.ok || data.error ? data : fault;
  } catch {
    return fault;
  }
}

async function load() {
  const { section, abort } = shown;
  const data = await answer(section, abort.signal);
  if (abort.signal.aborted) return;
  if (data.error) {
    // What is drawn stays, when it was asked for again.
    section.querySelector("[data-chart-said]").textContent = data.error;
    return;
  }
  shown.data = data;
  tell(section, data);
  listGroups(section, data);
  offerMeasures(section, data);
  drawAll();
  tabulate(section, data);
  if (data.late) askAgain(abort.signal);
}

function askAgain(signal) {
  const wait = WAITS[Math.min(shown.asked, WAITS.length - 1)];
  shown.asked += 1;
  setTimeout(() => {
    if (signal.aborted) return;
    if (document.hidden) {
      document.addEventListener("visibilitychange", load, { once: true, signal });
    } else load();
  }, 1000 * wait);
}

function start() {
  if (shown) {
    shown.abort.abort();
    forget();
    shown = null;
  }
  const section = document.querySelector("[data-chart]");
  if (!section) return;
  shown = { section, data: null, charts: [], abort: new AbortController(), asked: 0 };
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      load();
    },
    { rootMargin: "200px" },
  );
  watcher.observe(section);
  shown.abort.signal.addEventListener("abort", () => watcher.disconnect());
}

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-band]")) {
    localStorage.setItem(BAND, event.target.value);
    drawAll();
  } else if (event.target.matches("[data-measure]")) {
    measures[address()] = event.target.value;
    start();
  }
});
// The theme was changed.
new MutationObserver(() => {
  if (shown?.data) drawAll();
}).observe(document.documentElement, { attributeFilter: ["class"] });
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "messages") start();
});
start();
