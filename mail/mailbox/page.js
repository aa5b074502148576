// Shows arriving mails in the list. Without it the page works by reloading.
(function () {
  "use strict";
  const list = document.getElementById("list");
  let shown = null;
  async function refresh() {
    try {
      const answer = await fetch(list.dataset.source, { cache: "no-store" });
      if (answer.ok) {
        const html = await answer.text();
        // Replacing an unchanged list would take the keyboard's focus out of it.
        if (html !== shown && !list.contains(document.activeElement)) {
          list.innerHTML = html;
          const total = list.querySelectorAll(".item").length;
          if (!new URL(location.href).searchParams.get("q") && total > 0) {
            document.querySelector(".foot .num").textContent = String(total);
            document.querySelector(".foot button").disabled = false;
          }
          shown = html;
        }
      }
    } catch (gone) {
      // The mailbox was stopped; the next round finds it again.
    }
    setTimeout(refresh, document.hidden ? 10000 : 2000);
  }
  setTimeout(refresh, 1000);
})();
