// Wagtail's fields for tags, text and tables have inner fields without a name: they get that of the field around them.
(() => {
  const NAMELESS = ".tagit-new input, .tagit input, [role=textbox], [role=combobox], td input[id*='-cell-'], td textarea[id*='-cell-']";

  const nameOf = (node) => {
    const cell = node.closest("td");
    if (cell) return [cell.closest("table")?.querySelectorAll("thead th")[cell.cellIndex]?.querySelector("input")?.value, "cell"].filter(Boolean).join(": ");
    for (let around = node.parentElement; around; around = around.parentElement) {
      const label = around.querySelector("label, .w-panel__heading");
      if (label) return label.textContent.replace("*", "").trim();
    }
    return "";
  };

  const name = () =>
    document.querySelectorAll(NAMELESS).forEach((node) => {
      if (node.hasAttribute("aria-label") || node.hasAttribute("aria-labelledby") || node.labels?.length) return;
      const words = nameOf(node);
      if (words) node.setAttribute("aria-label", words);
    });

  let waits = 0;
  const soon = () => (waits ||= requestAnimationFrame(() => ((waits = 0), name())));
  document.addEventListener("DOMContentLoaded", () => {
    name();
    new MutationObserver(soon).observe(document.body, { childList: true, subtree: true });
  });
})();
