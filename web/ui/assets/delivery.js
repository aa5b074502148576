// Copying a code, and printing: buttons that only work with scripts stay hidden without.
for (const note of document.querySelectorAll("[data-without-script]")) note.hidden = true;

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const code = document.getElementById(button.dataset.copy);
  const said = document.createElement("span");
  said.className = "unseen";
  said.setAttribute("role", "status");
  button.after(said);
  button.hidden = false;
  const label = button.textContent;
  button.addEventListener("click", async () => {
    if (!(await copy(code))) return;
    button.textContent = said.textContent = button.dataset.copied;
    setTimeout(() => {
      button.textContent = label;
      said.textContent = "";
    }, 2500);
  });
}

// The clipboard is there over HTTPS only; elsewhere the code is left selected, ready for Ctrl+C.
async function copy(code) {
  getSelection().selectAllChildren(code);
  try {
    await navigator.clipboard.writeText(code.textContent);
    getSelection().removeAllRanges();
    return true;
  } catch {
    return document.execCommand("copy");
  }
}
