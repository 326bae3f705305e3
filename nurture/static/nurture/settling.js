/* Counts down what is being checked, and looks again when the first of it is decided. */
(() => {
  "use strict";
  const left = [...document.querySelectorAll("[data-settling] [data-seconds]")];
  if (!left.length) return;
  let passed = 0;
  const first = Math.min(...left.map((one) => Number(one.textContent)));
  const timer = setInterval(() => {
    passed += 1;
    for (const one of left) one.textContent = Math.max(0, Number(one.textContent) - 1);
    const isWriting = document.activeElement?.matches("input, textarea");
    if (passed > first + 2 && !isWriting && !document.hidden) { clearInterval(timer); location.reload(); }
  }, 1000);
})();
