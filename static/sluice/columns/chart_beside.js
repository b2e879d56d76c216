// What stands beside the charts: the groups as links, and everything in numbers.
import { swatch } from "./chart_colors.js";

export function element(name, text, className) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  if (className) made.className = className;
  return made;
}

function others(data) {
  const many = data.others.toLocaleString("en");
  const item = element("li", `and ${many} more, not drawn`, "quiet");
  if (data.ranking) {
    const link = element("a", "See all");
    link.href = data.ranking;
    link.setAttribute("hx-boost", "false");
    item.append(": ", link);
  }
  return item;
}

export function listGroups(section, data) {
  const legend = section.querySelector("[data-legend]");
  const items = (data.by ? data.groups : []).map((group) => {
    const link = element("a", group.name);
    link.href = group.url;
    link.title = `Only ${group.name}`;
    const item = element("li");
    item.append(swatch(group.name), link);
    return item;
  });
  if (data.others) items.push(others(data));
  legend.replaceChildren(...items);
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

export function tabulate(section, data) {
  const heads = data.charts.flatMap(({ label, unit }) =>
    ["min", "mean", "max"].map((part) => `${label}, ${part}${unit ? ` (${unit})` : ""}`),
  );
  const table = element("table", "", "records records-wide");
  const [head, body] = [element("thead"), element("tbody")];
  head.append(row([data.by || "Group", "Records", ...heads], "head"));
  for (const one of data.summary) {
    const numbers = one.numbers.flatMap(({ min, mean, max }) => [min, mean, max]);
    body.append(row([one.name, one.count.toLocaleString("en"), ...numbers], "body"));
  }
  table.append(head, body);
  section.querySelector("[data-summary] .table-box").replaceChildren(table);
  section.querySelector("[data-summary]").hidden = false;
}
