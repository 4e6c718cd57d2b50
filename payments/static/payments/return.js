// Watches a payment that is still open and opens the page anew once its state has changed.
// Without JavaScript the page refreshes itself.
const panel = document.querySelector("[data-payment-state]");
const seconds = Number(panel?.dataset.refresh || 0);

async function look() {
  if (!document.hidden) {
    const answer = await fetch(window.location.pathname, { credentials: "same-origin" }).catch(() => null);
    if (answer?.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const state = page.querySelector("[data-payment-state]")?.dataset.paymentState;
      if (state && state !== panel.dataset.paymentState) {
        window.location.replace(window.location.pathname);
        return;
      }
    }
  }
  window.setTimeout(look, seconds * 1000);
}

if (seconds > 0) {
  window.setTimeout(look, seconds * 1000);
}
