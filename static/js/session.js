// Says two minutes before a session ends that it will, and lets one stay without leaving the page.
const line = document.querySelector("[data-session-left]");

if (line) {
  const form = line.querySelector("form");
  const note = line.querySelector("[role=status]");
  const WARN = 120;
  let timer = 0;

  const say = (text) => {
    note.textContent = text;
    line.classList.toggle("is-warning", text !== "");
  };
  const plan = (left) => {
    clearTimeout(timer);
    if (left <= 0) {
      say(note.dataset.over);
    } else if (left <= WARN) {
      say(note.dataset.soon);
      timer = setTimeout(check, left * 1000);
    } else {
      timer = setTimeout(check, (left - WARN) * 1000);
    }
  };
  // Another tab may have prolonged the session: the server knows.
  const check = async () => {
    try {
      const answer = await fetch(line.dataset.sessionState, { redirect: "manual" });
      plan(answer.ok ? (await answer.json()).left : 0);
    } catch {
      timer = setTimeout(check, 15000);
    }
  };
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      const answer = await fetch(form.action, {
        method: "POST", body: new FormData(form), headers: { Accept: "application/json" }, redirect: "manual",
      });
      if (!answer.ok) throw new Error(String(answer.status));
      const { left } = await answer.json();
      const until = new Date(Date.now() + left * 1000);
      const shown = until.toLocaleTimeString("pl-PL", { hour: "2-digit", minute: "2-digit", timeZone: "Europe/Warsaw" });
      const text = form.querySelector("span");
      text.textContent = text.textContent.replace(/\d{1,2}:\d{2}/, shown);
      say(note.dataset.stays);
      plan(left);
    } catch {
      form.submit();
    }
  });
  plan(Number(line.dataset.sessionLeft));
}
