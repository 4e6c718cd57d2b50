// On a phone a menu folds behind its button; without JavaScript it stays a plain list.
for (const button of document.querySelectorAll(".menu-button")) {
  button.hidden = false;
  button.addEventListener("click", () => {
    button.setAttribute("aria-expanded", button.getAttribute("aria-expanded") === "true" ? "false" : "true");
  });
}
