// The order sheet: lines are added and removed on the spot, amounts add up.
(() => {
  "use strict";

  const table = document.querySelector("table[data-sheet]");
  const template = document.querySelector("template[data-line]");
  if (!table || !template) return;
  const body = table.tBodies[0];

  const plain = (text) => text.normalize("NFKC").replace(/[,\s円¥]/g, "");
  const number = (row, name) => {
    const text = plain(row.querySelector(`[name$="].${name}"]`).value);
    return /^\d+$/.test(text) ? Number(text) : null;
  };

  function total() {
    let sum = 0;
    for (const row of body.rows) {
      const quantity = number(row, "quantity"), price = number(row, "unit_price");
      const known = quantity !== null && price !== null;
      row.querySelector("[data-amount]").textContent = known ? (quantity * price).toLocaleString("en-US") : "";
      if (known) sum += quantity * price;
    }
    table.querySelector("[data-sum]").textContent = sum.toLocaleString("en-US");
    table.querySelector("[data-total]").hidden = body.rows.length < 2;
  }

  // The server reads lines without gaps, so names follow the rows.
  function renumber() {
    [...body.rows].forEach((row, i) => {
      for (const el of row.querySelectorAll("[name], [id], [for], [aria-describedby]")) {
        for (const attribute of ["name", "id", "for", "aria-describedby"]) {
          const value = el.getAttribute(attribute);
          if (value) el.setAttribute(attribute, value.replace(/lines\[(\d+|__i__)\]/g, `lines[${i}]`));
        }
      }
      row.querySelector("[data-remove-line]").value = `remove_line:${i}`;
    });
    total();
  }

  document.addEventListener("click", (e) => {
    const add = e.target.closest("[data-add-line]");
    const remove = e.target.closest("[data-remove-line]");
    if (!add && !remove) return;
    e.preventDefault();
    if (add) {
      const last = body.rows[body.rows.length - 1];
      body.append(template.content.cloneNode(true));
      renumber();
      const row = body.rows[body.rows.length - 1];
      // Lines of one sheet mostly share kind and months.
      for (const name of ["kind", "months"]) row.querySelector(`[name$="].${name}"]`).value = last.querySelector(`[name$="].${name}"]`).value;
      row.querySelector("select").focus();
    } else if (body.rows.length > 1) {
      remove.closest("tr").remove();
      renumber();
      body.rows[body.rows.length - 1].querySelector("select").focus();
    }
  });
  table.addEventListener("input", total);
  total();
})();
