/* The page about one's data: says what this browser has answered, and takes another answer. Needs pixel.js. */
(() => {
  "use strict";
  const box = document.getElementById("lede-yours");
  if (!box) return;
  const show = (state) => {
    box.querySelector("[data-state]").textContent = box.querySelector(`[data-words="${state}"]`).innerHTML;
    for (const button of box.querySelectorAll("[data-answer]")) button.disabled = state === "objects";
    box.hidden = false;
  };
  const begin = () => show(window.lede.state());
  box.addEventListener("click", async (e) => {
    const said = e.target.closest("[data-answer]");
    if (!said) return;
    const ok = await window.lede.answer(said.dataset.answer === "yes", "data_page", box.dataset.wording);
    show(ok ? window.lede.state() : "failed");
    document.getElementById("lede-ask")?.setAttribute("hidden", "");
  });
  if (window.lede) begin();
  else document.addEventListener("lede:ready", begin, { once: true });
})();
