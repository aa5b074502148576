// What the console's pages gain with JavaScript. Everything works without.
(() => {
  "use strict";

  // Only one small form is open at a time, and a press elsewhere closes it.
  const open = () => document.querySelectorAll("details.act[open], details.pop[open]");
  document.addEventListener("click", (e) => {
    for (const d of open()) if (!d.contains(e.target) && !e.target.closest("[data-open]")) d.open = false;
  });
  document.addEventListener("toggle", (e) => {
    const d = e.target;
    if (!d.matches?.("details.act, details.pop") || !d.open) return;
    for (const other of open()) if (other !== d) other.open = false;
    d.querySelector(".panel input:not([type=hidden]), .panel textarea, .panel button")?.focus();
  }, true);
  document.addEventListener("click", (e) => {
    const link = e.target.closest("[data-open]");
    const target = link && document.getElementById(link.dataset.open);
    if (!target) return;
    e.preventDefault();
    target.open = true;
    target.scrollIntoView({ block: "nearest" });
  });

  // Copying.
  const show = (root) => {
    for (const b of root.querySelectorAll("[data-copy], [data-copy-from], [data-snippets]")) b.hidden = false;
  };
  document.addEventListener("click", async (e) => {
    const button = e.target.closest("[data-copy], [data-copy-from]");
    if (!button) return;
    const text = button.dataset.copy ?? document.querySelector(button.dataset.copyFrom).value;
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      return; // the browser does not let pages copy: the text can still be marked by hand
    }
    const label = button.textContent;
    button.textContent = "✓";
    setTimeout(() => { button.textContent = label; }, 1500);
  });

  // Prepared messages.
  document.addEventListener("click", (e) => {
    const button = e.target.closest("[data-snippet]");
    if (!button) return;
    const field = document.getElementById(button.closest("[data-snippets]").dataset.snippets);
    field.value = (field.value.trimEnd() + "\n" + button.dataset.snippet).trimStart();
    field.focus();
    field.dispatchEvent(new Event("input", { bubbles: true }));
  });

  // Ticked rows.
  const count = () => {
    for (const button of document.querySelectorAll("[data-needs-selection]")) {
      const n = button.form.querySelectorAll("tbody input[type=checkbox]:checked").length;
      button.disabled = n === 0;
      button.querySelector("[data-selected]").textContent = n > 0 ? n : "";
    }
  };
  document.addEventListener("change", count);

  // A record that looks again by itself must not take away what is being typed.
  let typed = false;
  document.addEventListener("input", (e) => { typed = typed || e.target.closest("#live form") !== null; });
  document.addEventListener("htmx:before:request", (e) => {
    const live = e.target.closest?.("#live");
    const busy = live && (typed || live.querySelector("details.act[open], details.more[open], .letter[open], #changed") || live.querySelector("form")?.contains(document.activeElement));
    if (busy) e.preventDefault();
  });
  document.addEventListener("htmx:after:swap", () => { show(document); count(); outdate(); });

  // What the last action came to is no news any more once the record went on; it stays long enough to be read.
  const read = 6000, begun = Date.now();
  const status = () => document.getElementById("live")?.dataset.status;
  const first = status();
  const outdate = () => {
    if (status() === first) return;
    setTimeout(() => document.querySelector("[data-flash]")?.remove(), Math.max(0, read - (Date.now() - begun)));
  };

  // Leaving a long form with something typed in it asks first.
  let guarded = false;
  document.addEventListener("input", (e) => { guarded = guarded || e.target.closest("form[data-guard]") !== null; });
  document.addEventListener("submit", () => { guarded = false; });
  window.addEventListener("beforeunload", (e) => { if (guarded) e.preventDefault(); });

  document.querySelector("[autofocus]")?.focus();
  show(document);
  count();
})();
