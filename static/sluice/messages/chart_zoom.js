// Dragging over a chart chooses a time range: it is written into the filter form, which is sent.
import { utc } from "./chart_axis.js";

const LEAST_PIXELS = 6;
const DAY = 86400;

/** The beginning and the end as the form takes them: both ends count, so that the range has all
 *  that was chosen, in digits that suit its length. */
function timesOf(start, end) {
  const [from, to] = [utc(start)[1], utc(end)[1]];
  if (end - start >= 3600) return [from.slice(0, 5), to.slice(0, 5)];
  if (end - start >= 10) return [from.slice(0, 8), to.slice(0, 8)];
  return [from, `${to}999`];
}

function send(start, end) {
  const form = document.getElementById("filters");
  const inputs = form.elements;
  const isOneDay = Math.floor(start / DAY) === Math.floor(end / DAY);
  if (inputs.date_from) {
    inputs.date.value = isOneDay ? utc(start)[0] : "";
    inputs.date_from.value = isOneDay ? "" : utc(start)[0];
    inputs.date_to.value = isOneDay ? "" : utc(end)[0];
  }
  if (isOneDay) [inputs.time_from.value, inputs.time_to.value] = timesOf(start, end);
  form.requestSubmit();
}

/** Lets a range of a chart be chosen; ``box`` is the element around its canvas, and ``first`` and
 *  ``last`` are the moments between which it shows something. */
export function enableZoom(chart, box, first, last) {
  const mark = document.createElement("div");
  mark.className = "chart-mark";
  mark.hidden = true;
  box.append(mark);
  let from = null;

  function place(event) {
    const area = chart.chartArea;
    const left = event.clientX - chart.canvas.getBoundingClientRect().left;
    return Math.min(Math.max(left, area.left), area.right);
  }

  function draw(to) {
    const { top, bottom } = chart.chartArea;
    Object.assign(mark.style, {
      left: `${Math.min(from, to)}px`,
      width: `${Math.abs(to - from)}px`,
      top: `${top}px`,
      height: `${bottom - top}px`,
    });
    mark.hidden = Math.abs(to - from) < LEAST_PIXELS;
  }

  chart.canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    from = place(event);
    chart.canvas.setPointerCapture(event.pointerId);
  });
  chart.canvas.addEventListener("pointermove", (event) => {
    if (from !== null) draw(place(event));
  });
  chart.canvas.addEventListener("pointercancel", () => {
    from = null;
    mark.hidden = true;
  });
  chart.canvas.addEventListener("pointerup", (event) => {
    if (from === null) return;
    const ends = [from, place(event)].sort((one, other) => one - other);
    from = null;
    if (ends[1] - ends[0] >= LEAST_PIXELS) {
      const moments = ends.map((end) => chart.scales.x.getValueForPixel(end));
      send(...moments.map((moment) => Math.min(Math.max(moment, first), last)));
    } else {
      mark.hidden = true;
    }
  });
}
