// Charts of numbers over time: one of all records, or a small one for each group, with one axis.
import { inWords, timeAxis } from "../messages/chart_axis.js";
import { chooseTimes, enableZoom } from "../messages/chart_zoom.js";
import { element } from "./chart_beside.js";
import { colorOf, swatch } from "./chart_colors.js";

const USUAL_STEPS = 20;
// Where the numbers of a span are in its point: start, count, mean, min, max, p10, p90.
const [COUNT, MEAN, MIN, MAX, P10, P90] = [1, 2, 3, 4, 5, 6];
const BANDS = { percentiles: [P10, P90, "p10", "p90"], extremes: [MIN, MAX, "min", "max"] };

/** The longest time without a record that a line between records spans: over a longer one it would
 *  tell of numbers that nobody measured. */
function longestGap(line) {
  const steps = line.slice(1).map(([x], number) => x - line[number][0]);
  const usual = [...steps].sort((one, other) => one - other)[steps.length >> 1] ?? 0;
  const all = line.length ? line[line.length - 1][0] - line[0][0] : 0;
  return Math.max(USUAL_STEPS * usual, all / 50);
}

function datasetOfRecords(line, color, isJoined) {
  return {
    data: line.map(([x, y]) => ({ x, y })),
    borderColor: color,
    backgroundColor: color,
    hoverBackgroundColor: color,
    borderWidth: 1.5,
    showLine: isJoined,
    spanGaps: longestGap(line),
    pointRadius: 2,
    pointHoverRadius: 4,
  };
}

/** The spans with an empty one in each gap, which breaks the line. */
function withGaps(line, seconds) {
  const spans = [];
  for (const [number, span] of line.entries()) {
    const former = line[number - 1];
    if (former && span[0] - former[0] > 1.5 * seconds) spans.push([former[0] + seconds]);
    spans.push(span);
  }
  return spans;
}

function datasetsOfSpans(line, seconds, band, color) {
  const spans = withGaps(line, seconds);
  const isAlone = (number) => !spans[number - 1]?.[COUNT] && !spans[number + 1]?.[COUNT];
  const points = (place) =>
    spans.map((one) => ({ x: one[0] + seconds / 2, y: one[place] ?? null }));
  const [low, high] = band;
  const bound = { pointRadius: 0, pointHoverRadius: 0, borderWidth: 0, borderColor: color };
  const radius = spans.map((_, number) => (isAlone(number) ? 2 : 0));
  return [
    {
      data: points(MEAN),
      spans,
      borderColor: color,
      backgroundColor: color,
      hoverBackgroundColor: color,
      borderWidth: 1.5,
      pointRadius: radius,
      pointHoverRadius: 4,
    },
    { ...bound, data: points(low) },
    { ...bound, data: points(high), fill: "-1", backgroundColor: transparent(color) },
  ];
}

function transparent(color) {
  return `color-mix(in oklab, ${color} 22%, transparent)`;
}

function tooltip(data, band, unit) {
  const [low, high, lowName, highName] = band;
  const digits = (number) => number.toLocaleString("en", { maximumSignificantDigits: 6 });
  const title = (items) =>
    items.length ? inWords(items[0].parsed.x - (data.seconds ? data.seconds / 2 : 0)) : [];
  const label = (item) => {
    if (!data.seconds) return `${item.formattedValue}${unit}`;
    const span = item.dataset.spans[item.dataIndex];
    return [
      `mean ${digits(span[MEAN])}${unit}`,
      `${lowName} ${digits(span[low])}, ${highName} ${digits(span[high])}`,
      `${span[COUNT].toLocaleString("en")} record${span[COUNT] === 1 ? "" : "s"} in ${data.span}`,
    ];
  };
  return {
    filter: (item) => item.datasetIndex === 0,
    displayColors: false,
    callbacks: { title, label },
  };
}

/** The least and the most that charts of these lines show, with some room, yet none beyond 0; nothing
 *  of no numbers. */
function ends(lines, seconds, [low, high]) {
  const [least, most] = seconds ? [low, high] : [1, 1];
  const all = lines.flat();
  const from = all.reduce(
    (found, one) => Math.min(found, one[least], one[MEAN] ?? found),
    Infinity,
  );
  const to = all.reduce((found, one) => Math.max(found, one[most], one[MEAN] ?? found), -Infinity);
  const room = (to - from) / 20 || 1;
  const suggestedMin = from < 0 ? from - room : Math.max(0, from - room);
  const suggestedMax = to < 0 ? Math.min(0, to + room) : to + room;
  return all.length ? { suggestedMin, suggestedMax } : {};
}

function draw(canvas, datasets, data, vertical, band, unit, colors) {
  return new window.Chart(canvas, {
    type: "line",
    data: { datasets },
    options: {
      animation: false,
      maintainAspectRatio: false,
      parsing: false,
      normalized: true,
      interaction: { mode: data.seconds ? "index" : "nearest", intersect: false },
      scales: {
        x: timeAxis(...data.drawnEnds, colors),
        y: {
          ...vertical,
          grid: { color: colors.line },
          border: { color: colors.line },
          ticks: { color: colors.text, maxTicksLimit: 6 },
        },
      },
      plugins: { legend: { display: false }, tooltip: tooltip(data, band, unit) },
    },
  });
}

function box(title, isSmall) {
  const made = element("div", "", isSmall ? "chart-box chart-small" : "chart-box");
  const canvas = element("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", `${title} over time; see “In numbers” below`);
  made.append(canvas);
  return made;
}

function ofGroup(group, title) {
  const figure = element("figure");
  const caption = element("figcaption", "", "chart-group");
  caption.append(swatch(group.name), element("span", group.name));
  caption.append(element("span", group.count.toLocaleString("en"), "quiet"));
  figure.append(caption, box(`${title}, ${group.name}`, true));
  return figure;
}

function figureOf(chart, data) {
  const title = chart.unit ? `${chart.label} (${chart.unit})` : chart.label;
  const figure = element("figure", "", data.by ? "chart-many" : "");
  const caption = element("figcaption", title);
  if (!data.by) {
    figure.append(caption, box(title, false));
    return figure;
  }
  const groups = element("div", "", "chart-groups");
  groups.append(...data.groups.map((group) => ofGroup(group, title)));
  figure.append(caption, groups);
  return figure;
}

function drawIn(figure, chart, data, band, colors) {
  const unit = chart.unit ? ` ${chart.unit}` : "";
  const vertical = ends(chart.lines, data.seconds, band);
  return [...figure.querySelectorAll(".chart-box")].map((place, number) => {
    const line = chart.lines[number] ?? [];
    const color = data.by ? colorOf(data.groups[number].name, colors.lightness) : colors.all;
    const datasets = data.seconds
      ? datasetsOfSpans(line, data.seconds, band, color)
      : [datasetOfRecords(line, color, Boolean(data.by))];
    const canvas = place.querySelector("canvas");
    const drawn = draw(canvas, datasets, data, vertical, band, unit, colors);
    enableZoom(drawn, place, chooseTimes(...data.ends));
    return drawn;
  });
}

/** Draws all charts of an answer into a place, and returns them. */
export function drawLines(place, data, bandName, colors) {
  place.replaceChildren();
  if (!data.groups.length) return [];
  const [first, last] = data.ends;
  const start = (moment) => Math.floor(moment / data.seconds) * data.seconds;
  data.drawnEnds = data.seconds ? [start(first), start(last) + data.seconds] : [first, last];
  const band = BANDS[bandName] ?? BANDS.percentiles;
  return data.charts.flatMap((chart) => {
    const figure = figureOf(chart, data);
    place.append(figure);
    return drawIn(figure, chart, data, band, colors);
  });
}
