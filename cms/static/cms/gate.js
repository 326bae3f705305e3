// A mailed link's button says which browser it was pressed in, where its reader agreed to be recognised.
(() => {
  if (navigator.globalPrivacyControl || navigator.doNotTrack === "1") return;
  let key = "";
  try { key = localStorage.getItem("lede.visitor") || ""; } catch { /* storage is switched off */ }
  document.querySelectorAll("form[data-gate-mailed] input[name=visitor]").forEach((input) => { input.value = key; });
})();
