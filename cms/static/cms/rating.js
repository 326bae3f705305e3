// One tap without leaving the page. Without this file the same form posts and comes back.
(() => {
  const form = document.querySelector("form[data-rating]");
  if (!form || !window.fetch) return;
  const answer = form.querySelector("[role=status]");
  const buttons = [...form.querySelectorAll("button")];
  const more = document.querySelector("form[data-more]");

  const show = (value, message) => {
    buttons.forEach((button) => button.setAttribute("aria-pressed", String(button.value === String(value))));
    answer.textContent = message;
  };

  // The second step: reasons that go with the answer, a sentence, an address.
  const offer = (token, word) => {
    if (!more) return;
    more.elements.token.value = token;
    more.querySelectorAll("[data-for]").forEach((group) => (group.hidden = group.dataset.for !== word));
    more.hidden = false;
  };

  more?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const body = new URLSearchParams(new FormData(more));
    try {
      const reply = await fetch(more.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const data = await reply.json();
      answer.textContent = reply.ok ? data.message : data.error.why;
      more.hidden = reply.ok;
      if (reply.ok) form.closest("section").focus();
    } catch {
      more.submit();
    }
  });

  form.addEventListener("submit", async (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    const body = new URLSearchParams(new FormData(form));
    body.set("value", button.value);
    try {
      const reply = await fetch(form.action, { method: "POST", body, headers: { Accept: "application/json" } });
      const data = await reply.json();
      if (reply.ok) {
        show(data.value, data.message);
        offer(data.more, data.word);
      }
      else answer.textContent = `${data.error.why} ${data.error.mend}`;
    } catch {
      // The network failed: post the plain form, so that the browser says what is wrong.
      const value = document.createElement("input");
      Object.assign(value, { type: "hidden", name: "value", value: button.value });
      form.append(value);
      form.submit();
    }
  });
})();
