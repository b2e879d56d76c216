// A linear axis in epoch seconds with ticks and words of UTC, or of the reader's own zone where the
// reader chose so in the menu (times.js).

const SECOND_STEPS = [1, 2, 5, 10, 15, 30];
const HOUR_STEPS = [1, 2, 3, 6, 12];
const DAY_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];
const DAY = 86400;
const STEPS = [
  ...[0.001, 0.01, 0.1].flatMap((size) => [size, 2 * size, 5 * size]),
  ...SECOND_STEPS,
  ...SECOND_STEPS.map((step) => 60 * step),
  ...HOUR_STEPS.map((step) => 3600 * step),
  ...DAY_STEPS.map((step) => DAY * step),
];

function iso(seconds) {
  return new Date(Math.round(seconds * 1000)).toISOString();
}

const full = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long" });

/** Whether the own zone is in front. */
function isOwn() {
  return localStorage.getItem("sluice-times") === "local";
}

/** The seconds that a clock in front is ahead of UTC at some moment. */
function ahead(seconds) {
  return isOwn() ? -60 * new Date(seconds * 1000).getTimezoneOffset() : 0;
}

/** The offset from UTC as people write it: "+09:00". */
function offset(seconds) {
  const minutes = ahead(seconds) / 60;
  const clock = iso(60 * Math.abs(minutes)).slice(11, 16);
  return `${minutes < 0 ? "−" : "+"}${clock}`;
}

/** The date and the time of day of epoch seconds: ["2019-05-28", "10:55:09.385"]. */
export function utc(seconds) {
  const text = iso(seconds);
  return [text.slice(0, 10), text.slice(11, 23)];
}

/** A moment in full, without the zeros of a whole second: in UTC and, where that is another one, in
the own zone. The one in front comes first. */
export function inWords(seconds) {
  const [date, time] = utc(seconds);
  const words = [`${date} ${time.replace(/\.000$/, "")} UTC`];
  const moment = new Date(seconds * 1000);
  if (moment.getTimezoneOffset() !== 0) words.push(`Your time: ${full.format(moment)}`);
  return isOwn() ? words.reverse() : words;
}

function stepFor(span, most) {
  return STEPS.find((step) => span / step <= most) ?? STEPS[STEPS.length - 1];
}

function label(seconds, step, isFirst) {
  const clock = seconds + ahead(seconds);
  const [date, time] = utc(clock);
  const zone = isFirst && isOwn() ? [offset(seconds)] : [];
  if (step >= DAY) return [date, ...zone];
  const shown = step < 1 ? time.slice(3) : step < 60 ? time.slice(0, 8) : time.slice(0, 5);
  return isFirst || clock % DAY === 0 ? [shown, date, ...zone] : shown;
}

/** The options of an axis from ``first`` to ``last``. */
export function timeAxis(first, last, colors) {
  const margin = first === last ? 1 : (last - first) / 100; // so that no dot is cut off
  return {
    type: "linear",
    min: first - margin,
    max: last + margin,
    grid: { color: colors.line },
    border: { color: colors.line },
    afterBuildTicks(axis) {
      const step = stepFor(axis.max - axis.min, Math.max(2, axis.width / 95));
      axis.ticks = [];
      const first = axis.min + ahead(axis.min);
      for (let clock = Math.ceil(first / step) * step; ; clock += step) {
        const value = clock - ahead(clock);
        if (value > axis.max) break;
        axis.ticks.push({ value });
      }
      axis.step = step;
    },
    ticks: {
      color: colors.text,
      autoSkip: false,
      maxRotation: 0,
      callback(value, index) {
        return label(value, this.step, index === 0);
      },
    },
  };
}
