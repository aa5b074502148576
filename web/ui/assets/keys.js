// Single keys for the frequent things; off while one types.
(() => {
  "use strict";

  const typing = (e) => e.target.closest("input, textarea, select, [contenteditable]") !== null;
  const rows = () => [...document.querySelectorAll("table[data-rows] tbody tr")];
  let at = -1;

  function move(step) {
    const list = rows();
    if (list.length === 0) return;
    list[at]?.classList.remove("cur");
    at = Math.max(0, Math.min(list.length - 1, at + step));
    const row = list[at];
    row.classList.add("cur");
    row.querySelector("a")?.focus({ preventScroll: true });
    row.scrollIntoView({ block: "nearest" });
  }

  function open() {
    rows()[at]?.querySelector("a[href]")?.click();
  }

  function select() {
    const box = rows()[at]?.querySelector("input[type=checkbox]");
    if (!box) return;
    box.checked = !box.checked;
    box.dispatchEvent(new Event("change", { bubbles: true }));
  }

  function search(e) {
    const field = document.getElementById("search");
    if (!field) return;
    e.preventDefault();
    field.focus();
    field.select();
  }

  function help(e) {
    const dialog = document.getElementById("help");
    if (!dialog?.showModal) return;
    e.preventDefault();
    dialog.open ? dialog.close() : dialog.showModal();
  }

  function escape(e) {
    for (const d of document.querySelectorAll("details.act[open], details.pop[open]")) {
      d.open = false;
      if (d.contains(document.activeElement)) d.querySelector("summary").focus();
    }
    if (e.target.id === "search") e.target.blur();
  }

  const actions = {
    j: () => move(1), k: () => move(-1), o: open, x: select, "/": search, "?": help,
  };

  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && e.key.toLowerCase() === "k") return search(e);
    if (e.key === "Escape") return escape(e);
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || typing(e)) return;
    const act = actions[e.key];
    if (!act) return;
    if (document.querySelector("dialog[open]") && e.key !== "?") return;
    act(e);
  });

  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-help]")) help(e);
  });
})();
