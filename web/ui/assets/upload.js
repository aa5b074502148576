// Uploading a large file: what is said about it is looked at first, then the file goes up with progress, and can be
// stopped. Without scripts the form is sent as it is.
(() => {
  "use strict";

  const step = 1000; // parts of the progress bar
  let request = null;

  document.addEventListener("submit", (e) => {
    if (e.target.id !== "upload") return;
    e.preventDefault();
    if (!request) check(e.target);
  });
  document.addEventListener("click", (e) => {
    if (e.target.closest("[data-stop]")) request?.abort();
  });
  window.addEventListener("beforeunload", (e) => { if (request) e.preventDefault(); });

  async function check(form) {
    const file = form.querySelector("#file").files[0];
    const fields = new FormData(form);
    fields.delete("file");
    fields.set("chosen", file ? file.name : "");
    fields.set("size", file ? file.size : 0);
    busy(form, true);
    try {
      const answer = await fetch(form.action + "?check=1", { method: "POST", body: fields, headers: { "X-Upload": "1" } });
      if (answer.status === 204) return send(form, file.size);
      if (answer.redirected) return location.assign(answer.url);
      show(form, await answer.text());
    } catch {
      tell(form, form.dataset.broken);
      busy(form, false);
    }
  }

  function send(form, size) {
    const begun = performance.now();
    let told = 0;
    request = new XMLHttpRequest();
    request.open("POST", form.action);
    request.setRequestHeader("X-Upload", "1");
    request.upload.addEventListener("progress", (e) => {
      const share = e.total ? e.loaded / e.total : 0, seconds = (performance.now() - begun) / 1000;
      const left = share > 0 ? seconds / share - seconds : 0;
      form.querySelector("progress").value = share * step;
      const words = { percent: Math.floor(share * 100), sent: megabytes(Math.min(e.loaded, size)), total: megabytes(size), left: clock(left) };
      form.querySelector("#going-text").textContent = fill(share < 1 ? form.dataset.sent + (seconds > 2 ? form.dataset.left : "") : form.dataset.keeping, words);
      if (Math.floor(share * 4) > told) tell(form, words.percent + " %"); // not every percent is read out
      told = Math.floor(share * 4);
    });
    request.addEventListener("load", () => {
      const answer = request;
      request = null;
      if (answer.status === 201) return location.assign(answer.getResponseHeader("Location"));
      if (new URL(answer.responseURL).pathname !== new URL(form.action).pathname) return location.assign(answer.responseURL);
      show(form, answer.responseText);
    });
    for (const [event, words] of [["error", form.dataset.broken], ["abort", form.dataset.stopped]]) {
      request.addEventListener(event, () => {
        request = null;
        busy(form, false);
        form.querySelector(".going").hidden = false;
        form.querySelector("[data-stop]").hidden = true;
        tell(form, words);
      });
    }
    request.send(new FormData(form));
  }

  function busy(form, going) {
    const send = form.querySelector("[data-send]");
    send.disabled = going;
    form.querySelector(".going").hidden = !going;
    form.querySelector("[data-stop]").hidden = !going;
    if (going) {
      form.querySelector("progress").value = 0;
      form.querySelector("#going-text").textContent = "";
      tell(form, "");
    } else send.focus();
  }

  const tell = (form, text) => { form.querySelector("[data-said]").textContent = text; };
  const fill = (text, words) => text.replace(/\{(\w+)\}/g, (_, name) => words[name]);
  const megabytes = (n) => (n / 1048576).toFixed(1) + " MB";
  const clock = (seconds) => Math.floor(seconds / 60) + ":" + String(Math.floor(seconds % 60)).padStart(2, "0");

  // The page that came back takes this one's place, with the file that was chosen.
  function show(form, html) {
    const chosen = form.querySelector("#file");
    const fresh = new DOMParser().parseFromString(html, "text/html").querySelector("main");
    document.querySelector("main").replaceChildren(...fresh.childNodes);
    const empty = document.querySelector("#file");
    if (empty && chosen.files.length > 0) {
      chosen.toggleAttribute("aria-invalid", empty.hasAttribute("aria-invalid"));
      empty.replaceWith(chosen);
    }
    scrollTo(0, 0);
    (document.querySelector("main [autofocus]") ?? document.querySelector("main")).focus();
  }
})();
