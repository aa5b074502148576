// Fields that are to be typed again take nothing that is pasted or dropped, and say so.
for (const field of document.querySelectorAll("[data-no-paste]")) {
  const said = document.createElement("p");
  said.className = "wrong";
  said.hidden = true;
  const heard = document.createElement("div");
  heard.setAttribute("role", "status");
  heard.append(said);
  field.after(heard);
  for (const way of ["paste", "drop"]) {
    field.addEventListener(way, (event) => {
      event.preventDefault();
      said.textContent = field.dataset.noPaste;
      said.hidden = false;
    });
  }
  field.addEventListener("input", () => (said.hidden = true));
}

// A form that works once is sent once, however often its button is pressed.
for (const form of document.querySelectorAll("form[data-once]")) {
  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) event.preventDefault();
    sent = true;
  });
  addEventListener("pageshow", () => (sent = false));
}
