// How many records each day has, below the charts: the days that are shown are marked, and others
// are chosen by a click or by dragging.
import { chooseDays, enableZoom } from "../messages/chart_zoom.js";

function words([first, last, count]) {
  const days = first === last ? first : `${first} to ${last}`;
  return [days, `${count.toLocaleString("en")} record${count === 1 ? "" : "s"}`];
}

function options(bars, colors) {
  return {
    animation: false,
    maintainAspectRatio: false,
    interaction: { mode: "index", intersect: false },
    scales: {
      x: {
        grid: { display: false },
        border: { color: colors.line },
        ticks: { color: colors.text, maxRotation: 0, autoSkipPadding: 16 },
      },
      y: {
        beginAtZero: true,
        border: { display: false },
        grid: { display: false },
        ticks: { display: false },
      },
    },
    plugins: {
      legend: { display: false },
      tooltip: {
        displayColors: false,
        callbacks: {
          title: ([item]) => words(bars[item.dataIndex])[0],
          label: (item) => words(bars[item.dataIndex])[1],
        },
      },
    },
  };
}

/** Draws it into a figure, which is hidden where there is one day only. */
export function drawOverview(figure, { bars }, colors) {
  figure.hidden = bars.length === 0;
  if (figure.hidden) return [];
  const pale = `color-mix(in oklab, ${colors.text} 40%, transparent)`;
  const box = figure.querySelector(".chart-box");
  const canvas = document.createElement("canvas");
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "Records of each day; days are links above");
  box.replaceChildren(canvas);
  const chart = new window.Chart(canvas, {
    type: "bar",
    data: {
      labels: bars.map(([first]) => first),
      datasets: [
        {
          data: bars.map((bar) => bar[2] || null), // no bar, however short, where there is none
          backgroundColor: bars.map((bar) => (bar[3] ? colors.strong : pale)),
          hoverBackgroundColor: colors.strong,
          categoryPercentage: 1,
          barPercentage: 0.9,
          minBarLength: 2,
        },
      ],
    },
    options: options(bars, colors),
  });
  const at = (value) => bars[Math.min(Math.max(Math.round(value), 0), bars.length - 1)];
  enableZoom(chart, box, (from, to) => chooseDays(at(from)[0], at(to)[1]), { clicks: true });
  return [chart];
}
