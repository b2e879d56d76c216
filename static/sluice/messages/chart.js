// The charts above the table: loaded when they come into view, drawn by Chart.js (window.Chart).
import { inWords, timeAxis } from "./chart_axis.js";
import { enableZoom } from "./chart_zoom.js";

const MOST_DOTS = 60; // with more points a line is clearer without them
const USUAL_STEPS = 20;
let shown = null; // what is drawn now: {section, data, charts, abort}

function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function colors() {
  const style = getComputedStyle(document.querySelector(".page"));
  const value = (name) => style.getPropertyValue(name).trim();
  return {
    line: value("--line"),
    text: value("--quiet"),
    series: Array.from({ length: 8 }, (_, number) => value(`--series-${number + 1}`)),
  };
}

/** The longest time without a record that a line spans: over a longer one it would tell of numbers
 *  that nobody measured. */
function longestGap(line) {
  const steps = line.slice(1).map(([x], number) => x - line[number][0]);
  const usual = [...steps].sort((one, other) => one - other)[steps.length >> 1] ?? 0;
  const all = line.length ? line[line.length - 1][0] - line[0][0] : 0;
  return Math.max(USUAL_STEPS * usual, all / 50);
}

function isAlone(line, number, gap) {
  const [before, behind] = [line[number - 1], line[number + 1]];
  const x = line[number][0];
  return (!before || x - before[0] > gap) && (!behind || behind[0] - x > gap);
}

function dataset(line, number, data, palette) {
  const gap = longestGap(line);
  const usualRadius = line.length <= MOST_DOTS ? 2.5 : 0;
  return {
    label: data.groups[number].name,
    data: line.map(([x, y]) => ({ x, y })),
    borderColor: palette.series[number],
    backgroundColor: palette.series[number],
    borderWidth: 1.5,
    pointRadius: line.map((_, place) => (isAlone(line, place, gap) ? 2.5 : usualRadius)),
    spanGaps: gap,
    pointHoverRadius: 4,
  };
}

function draw(box, chart, data, ends, palette) {
  const unit = chart.unit ? ` ${chart.unit}` : "";
  return new window.Chart(box.querySelector("canvas"), {
    type: "line",
    data: { datasets: chart.lines.map((line, number) => dataset(line, number, data, palette)) },
    options: {
      animation: false,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      interaction: { mode: "nearest", intersect: false },
      scales: {
        x: timeAxis(...ends, palette),
        y: {
          grid: { color: palette.line },
          border: { color: palette.line },
          ticks: { color: palette.text, maxTicksLimit: 6 },
        },
      },
      plugins: {
        legend: { display: false },
        tooltip: {
          callbacks: {
            title: (items) => (items.length ? inWords(items[0].parsed.x) : []),
            label: (item) => `${item.dataset.label}: ${item.formattedValue}${unit}`,
          },
        },
      },
    },
  });
}

function drawAll() {
  const { section, data } = shown;
  const palette = colors();
  const place = section.querySelector("[data-charts]");
  for (const chart of shown.charts) chart.destroy();
  place.replaceChildren();
  shown.charts = data.charts.map((chart) => {
    const title = chart.unit ? `${chart.label} (${chart.unit})` : chart.label;
    const figure = element("figure");
    const box = element("div", "", "chart-box");
    const canvas = element("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", `${title} over time; see “In numbers” below`);
    box.append(canvas);
    figure.append(element("figcaption", title), box);
    place.append(figure);
    const moments = chart.lines.flat().map((point) => point[0]);
    const ends = [Math.min(...moments), Math.max(...moments)];
    const drawn = draw(box, chart, data, ends, palette);
    enableZoom(drawn, box, ...ends);
    return drawn;
  });
}

function listGroups(section, data) {
  const legend = section.querySelector("[data-legend]");
  for (const [number, group] of data.groups.entries()) {
    const link = element("a", group.name);
    link.href = group.url;
    link.title = `Only ${group.name}`;
    const item = element("li");
    item.append(element("span", "", `swatch swatch-${number + 1}`), link);
    legend.append(item);
  }
  if (data.others) legend.append(element("li", `and ${data.others} more, not drawn`, "quiet"));
  window.htmx.process(legend);
}

function row(cells, kind) {
  const made = element("tr");
  for (const [number, text] of cells.entries()) {
    const isHead = kind === "head" || number === 0;
    const cell = element(isHead ? "th" : "td", text, number ? "number" : "");
    if (isHead) cell.scope = kind === "head" ? "col" : "row";
    made.append(cell);
  }
  return made;
}

function tabulate(section, data) {
  const heads = data.charts.flatMap(({ label, unit }) =>
    ["min", "mean", "max"].map((part) => `${label}, ${part}${unit ? ` (${unit})` : ""}`),
  );
  const table = element("table", "", "records records-wide");
  const [head, body] = [element("thead"), element("tbody")];
  head.append(row([data.by, "Records", ...heads], "head"));
  for (const one of data.summary) {
    const numbers = one.numbers.flatMap(({ min, mean, max }) => [min, mean, max]);
    body.append(row([one.name, one.count.toLocaleString("en"), ...numbers], "body"));
  }
  table.append(head, body);
  section.querySelector("[data-summary] .table-box").replaceChildren(table);
  section.querySelector("[data-summary]").hidden = false;
}

async function load(section) {
  const said = section.querySelector("[data-chart-said]");
  const { signal } = shown.abort;
  let data = null;
  try {
    const answer = await fetch(section.dataset.chart, { signal });
    if (answer.ok && !answer.redirected) data = await answer.json();
  } catch {
    // told below
  }
  if (signal.aborted) return;
  if (!data) {
    said.textContent = "The chart could not be loaded. Reload the page to try again.";
    return;
  }
  shown.data = data;
  said.textContent = `${data.said} Drag over a chart to choose a time range.`;
  const total = document.querySelector("[data-total]");
  if (total && data.total) total.textContent = ` of ${data.total.toLocaleString("en")}`;
  listGroups(section, data);
  drawAll();
  tabulate(section, data);
}

function start() {
  if (shown) {
    shown.abort.abort();
    for (const chart of shown.charts) chart.destroy();
    shown = null;
  }
  const section = document.querySelector("[data-chart]");
  if (!section) return;
  shown = { section, data: null, charts: [], abort: new AbortController() };
  const watcher = new IntersectionObserver(
    (entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      watcher.disconnect();
      load(section);
    },
    { rootMargin: "200px" },
  );
  watcher.observe(section);
}

// The theme was changed.
new MutationObserver(() => {
  if (shown?.data) drawAll();
}).observe(document.documentElement, { attributeFilter: ["class"] });
document.addEventListener("htmx:afterSettle", (event) => {
  if (event.target.id === "messages") start();
});
start();
