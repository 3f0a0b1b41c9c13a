"use strict";

// Tables: a click on a heading sorts by it, a second one turns the order round.
function sortBy(table, place, down) {
  const body = table.tBodies[0];
  const key = (row) => row.cells[place].dataset.key;
  const numeric = table.tHead.rows[0].cells[place].classList.contains("number");
  const compare = (a, b) => (numeric ? a - b : a.localeCompare(b, "en", { numeric: true }));
  const rows = [...body.rows].sort((one, other) => {
    const [a, b] = [key(one), key(other)];
    if (a === undefined || b === undefined) return (a === undefined) - (b === undefined);
    return down ? compare(b, a) : compare(a, b);
  });
  body.append(...rows);
}

for (const table of document.querySelectorAll("table.sortable")) {
  const heads = [...table.tHead.rows[0].cells];
  heads.forEach((head, place) => {
    head.querySelector("button").addEventListener("click", () => {
      const down = head.getAttribute("aria-sort") === "ascending";
      heads.forEach((other) => other.setAttribute("aria-sort", "none"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      sortBy(table, place, down);
    });
  });
}

// Figures, and the legend that singles out a model or a CTC weight in all of them.
const views = [];
const specs = JSON.parse(document.getElementById("specs").textContent);
const options = {
  mode: "vega-lite",
  renderer: "svg",
  actions: { export: true, source: false, compiled: false, editor: false },
};
for (const place of document.querySelectorAll(".chart")) {
  const name = place.dataset.figure;
  vegaEmbed(place, specs[name], { ...options, downloadFileName: name }).then(
    (made) => {
      views.push(made.view);
      place.dataset.drawn = "yes";
    },
    (error) => {
      place.dataset.drawn = "no";
      place.textContent = `This figure cannot be drawn: ${error.message}`;
      console.error(error);
    },
  );
}

for (const button of document.querySelectorAll(".legend button")) {
  button.addEventListener("click", () => {
    const { signal, value } = button.dataset;
    const chosen = button.getAttribute("aria-pressed") !== "true";
    for (const other of document.querySelectorAll(`.legend [data-signal="${signal}"]`)) {
      other.setAttribute("aria-pressed", String(other === button && chosen));
    }
    for (const view of views) view.signal(signal, chosen ? value : "").run();
  });
}
