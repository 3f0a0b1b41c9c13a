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

// The legend singles out a model or a way of decoding in all figures.
const chosen = { model: "", variant: "" };
for (const button of document.querySelectorAll(".legend button")) {
  button.addEventListener("click", () => {
    const { signal, value } = button.dataset;
    const pressed = button.getAttribute("aria-pressed") !== "true";
    for (const other of document.querySelectorAll(`.legend [data-signal="${signal}"]`)) {
      other.setAttribute("aria-pressed", String(other === button && pressed));
    }
    chosen[signal] = pressed ? value : "";
    for (const mark of document.querySelectorAll(".mark")) {
      const other = ["model", "variant"].some((s) => chosen[s] && chosen[s] !== mark.dataset[s]);
      mark.classList.toggle("faint", other);
    }
  });
}
