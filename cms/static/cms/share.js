// Copies the address of a piece at one press. Without this file it is selected and copied by hand.
(() => {
  const button = document.querySelector("[data-copy]");
  const address = button && document.getElementById(button.dataset.copy);
  if (!address || !document.queryCommandSupported?.("copy")) return;
  button.hidden = false;
  button.addEventListener("click", () => {
    address.select();
    // Copied as by hand, not by the clipboard's interface: it works without https, and is told like any copying.
    const done = document.execCommand("copy");
    button.focus();
    button.parentNode.querySelector("[role=status]").textContent = done ? button.dataset.done : button.dataset.failed;
  });
})();
