// Dragging over a chart chooses a time range: it is written into the filter form, which is sent.
import { utc } from "./chart_axis.js";

const LEAST_PIXELS = 6;
const MOST_MOMENTS = 2 * 86400; // of a longer range whole days are chosen

/** The beginning and the end as the form takes them: both ends count, so that the range has all
 *  that was chosen, in digits that suit its length. */
function timesOf(start, end) {
  const [from, to] = [utc(start)[1], utc(end)[1]];
  if (end - start >= 3600) return [from.slice(0, 5), to.slice(0, 5)];
  if (end - start >= 10) return [from.slice(0, 8), to.slice(0, 8)];
  return [from, `${to}999`];
}

/** The form of one day has no inputs for several: they are added. */
function fill(form, name, value) {
  if (!form.elements[name]) {
    const input = document.createElement("input");
    Object.assign(input, { type: "hidden", name });
    form.append(input);
  }
  const input = form.elements[name];
  if (value.includes("T")) input.type = "text"; // a moment, which is no date
  input.value = value;
}

function fillDates(form, first, last) {
  const isOneDay = first === last;
  fill(form, "date", isOneDay ? first : "");
  fill(form, "date_from", isOneDay ? "" : first);
  fill(form, "date_to", isOneDay ? "" : last);
}

function sendTimes(start, end) {
  const form = document.getElementById("filters");
  const inputs = form.elements;
  const dates = [utc(start)[0], utc(end)[0]];
  if (dates[0] === dates[1]) {
    fillDates(form, ...dates);
    [inputs.time_from.value, inputs.time_to.value] = timesOf(start, end);
  } else if (end - start < MOST_MOMENTS && !inputs.time_from.value && !inputs.time_to.value) {
    const times = timesOf(start, end);
    fillDates(form, ...dates.map((date, number) => `${date}T${times[number]}`));
  } else fillDates(form, ...dates);
  form.requestSubmit();
}

/** Chooses what lies between two moments, of those between ``first`` and ``last``, in epoch
 *  seconds. */
export function chooseTimes(first, last) {
  return (...moments) =>
    sendTimes(...moments.map((moment) => Math.min(Math.max(moment, first), last)));
}

/** Chooses the days from one date to another. */
export function chooseDays(first, last) {
  const form = document.getElementById("filters");
  fillDates(form, first, last);
  form.requestSubmit();
}

/** Lets a range of a chart be chosen, which ``choose`` is called with; ``box`` is the element
 *  around its canvas. With ``clicks`` a click is a range of no length. */
export function enableZoom(chart, box, choose, { clicks = false } = {}) {
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
    const isClick = ends[1] - ends[0] < LEAST_PIXELS;
    if (isClick && clicks) ends[0] = ends[1];
    if (!isClick || clicks) {
      choose(...ends.map((end) => chart.scales.x.getValueForPixel(end)));
    } else {
      mark.hidden = true;
    }
  });
}
