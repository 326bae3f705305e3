// Another host's player takes the place of its picture, in the same box, when somebody asks for it. Without this file,
// and with a modifier key, the link leads to the host.
document.querySelectorAll("a[data-frame]").forEach((link) => {
  link.querySelector(".player-note").hidden = false;
  link.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const frame = document.createElement("iframe");
    Object.assign(frame, {
      src: link.dataset.frame,
      title: link.dataset.title,
      className: link.className,
      allow: "autoplay; encrypted-media; fullscreen; picture-in-picture",
      referrerPolicy: "strict-origin-when-cross-origin",
      allowFullscreen: true,
    });
    link.replaceWith(frame);
    frame.focus();
  });
});
