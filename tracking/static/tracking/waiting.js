/* Waits for the first event of a page that was opened in another tab. Without it "Look again" does the same. */
const box = document.querySelector("[data-waiting]");
const EVERY = 2000;

async function look() {
  try {
    const answer = await fetch(box.dataset.waiting, { redirect: "error" });
    if (!answer.ok) return;
    const html = await answer.text();
    if (box.innerHTML !== html) box.innerHTML = html;
    if (answer.headers.get("X-Go-On") !== "1") {
      document.querySelector("[data-again]")?.remove();
      return;
    }
  } catch {
    // no network for a moment
  }
  setTimeout(look, EVERY);
}

if (box) setTimeout(look, EVERY);
