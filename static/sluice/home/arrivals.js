// The chart of what came in lately, drawn from the table below it.

(() => {
  const SERIES = [
    ["Stored", "--part-written"],
    ["Unchanged", "--part-unchanged"],
    ["Rejected", "--part-rejected"],
    ["Outdated", "--part-outdated"], // where there are any
  ];
  let chart = null;

  function options(color) {
    const axis = (more) => ({
      stacked: true,
      border: { color: color("--line") },
      grid: { color: color("--line") },
      ticks: { color: color("--quiet"), ...more },
    });
    return {
      animation: false,
      maintainAspectRatio: false,
      interaction: { mode: "index", intersect: false },
      scales: {
        x: { ...axis({ maxRotation: 0, autoSkipPadding: 12 }), grid: { display: false } },
        y: { ...axis({ precision: 0, maxTicksLimit: 5 }), beginAtZero: true },
      },
      plugins: {
        legend: {
          align: "end",
          labels: { color: color("--text"), boxWidth: 12, boxHeight: 12 },
        },
      },
    };
  }

  function draw() {
    chart?.destroy();
    const figure = document.querySelector("[data-arrivals]");
    if (!figure) return;
    const box = figure.querySelector("[data-arrivals-canvas]");
    const days = [...figure.querySelectorAll("tr[data-day]")].reverse();
    const counts = days.map((row) => row.dataset.counts.split(",").map(Number));
    const style = getComputedStyle(document.querySelector(".page"));
    const color = (name) => style.getPropertyValue(name).trim();
    box.hidden = false;
    chart = new window.Chart(box.querySelector("canvas"), {
      type: "bar",
      data: {
        labels: days.map((row) => row.dataset.day.slice(5)),
        datasets: SERIES.slice(0, counts[0].length).map(([label, name], number) => ({
          label,
          data: counts.map((one) => one[number]),
          backgroundColor: color(name),
          borderRadius: 2,
          maxBarThickness: 28,
        })),
      },
      options: options(color),
    });
  }

  draw();
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "arrivals" || event.detail.elt.id === "arrivals") draw();
  });
  // The theme was changed.
  new MutationObserver(draw).observe(document.documentElement, { attributeFilter: ["class"] });
})();
