// A linear axis in epoch seconds with ticks and words of UTC.

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

/** The date and the time of day of epoch seconds: ["2019-05-28", "10:55:09.385"]. */
export function utc(seconds) {
  const text = iso(seconds);
  return [text.slice(0, 10), text.slice(11, 23)];
}

/** A moment in full, without the zeros of a whole second. */
export function inWords(seconds) {
  const [date, time] = utc(seconds);
  return `${date} ${time.replace(/\.000$/, "")} UTC`;
}

function stepFor(span, most) {
  return STEPS.find((step) => span / step <= most) ?? STEPS[STEPS.length - 1];
}

function label(seconds, step, isFirst) {
  const [date, time] = utc(seconds);
  if (step >= DAY) return date;
  const shown = step < 1 ? time.slice(3) : step < 60 ? time.slice(0, 8) : time.slice(0, 5);
  return isFirst || seconds % DAY === 0 ? [shown, date] : shown;
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
      for (let at = Math.ceil(axis.min / step) * step; at <= axis.max; at += step) {
        axis.ticks.push({ value: at });
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
