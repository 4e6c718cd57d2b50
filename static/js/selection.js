// Keeps the bar under a list of payable rows up to date: how many are selected and what they come to.
const group = /\B(?=(\d{3})+(?!\d))/g;

function formatPln(grosze) {
  const whole = String(Math.floor(grosze / 100)).replace(group, "\u00a0");
  return `${whole},${String(grosze % 100).padStart(2, "0")}\u00a0zł`;
}

for (const form of document.querySelectorAll("form[data-selection]")) {
  const text = form.querySelector("[data-selection-text]");
  const button = form.querySelector(".sticky-bar button");
  const update = () => {
    const chosen = [...form.querySelectorAll("input[data-grosze]:checked")];
    const sum = chosen.reduce((total, box) => total + Number(box.dataset.grosze), 0);
    text.textContent = (chosen.length ? form.dataset.selection : form.dataset.nothing)
      .replace("{count}", String(chosen.length))
      .replace("{amount}", formatPln(sum));
    button.disabled = chosen.length === 0;
  };
  form.addEventListener("change", update);
  window.addEventListener("pageshow", update);
  update();
}
