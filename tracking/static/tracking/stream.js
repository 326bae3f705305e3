/* New events appear at the top by themselves. Whoever has scrolled down, or holds the list still, is asked first;
 * without this script "Look again" does the same. */
const bar = document.querySelector("[data-ledger-live]");
const rows = document.querySelector("[data-ledger-rows]");
const EVERY = 3000, MOST = 500;

if (bar && rows) {
  const [again, pause, show, said] = ["again", "pause", "show", "said"].map((name) => bar.querySelector(`[data-${name}]`));
  let newest = Number(bar.dataset.newest), waiting = [], held = false, tooMany = false;

  const say = (words) => { if (said.textContent !== words) said.textContent = words; };
  const isReading = () => window.scrollY > 200 || rows.contains(document.activeElement);

  function insert() {
    if (tooMany) { location.reload(); return; }
    document.querySelector("[data-none]")?.remove();
    rows.prepend(...waiting);
    waiting = [];
    while (rows.rows.length > MOST) rows.rows[rows.rows.length - 1].remove();
    offer();
  }

  function offer() {
    show.hidden = waiting.length === 0;
    show.textContent = waiting.length === 1 ? show.dataset.one : show.dataset.many.replace("%s", waiting.length + (tooMany ? "+" : ""));
  }

  async function look() {
    if (document.visibilityState !== "visible" || tooMany) return;
    try {
      const answer = await fetch(`${bar.dataset.ledgerLive}&after=${newest}`, { redirect: "error" });
      if (!answer.ok) throw new Error(answer.status);
      const holder = document.createElement("tbody");
      holder.innerHTML = await answer.text();
      say(held ? said.dataset.held : said.dataset.live);
      newest = Math.max(newest, Number(answer.headers.get("X-Newest")) || newest);
      tooMany = answer.headers.get("X-More") === "1";
      waiting = [...holder.rows, ...waiting];
      if (waiting.length && !held && !isReading() && !tooMany) insert();
      else offer();
    } catch {
      say(said.dataset.away); // a moment without the server, or logged out: "Look again" says which
    }
  }

  pause.addEventListener("click", () => {
    held = !held;
    pause.setAttribute("aria-pressed", String(held));
    pause.textContent = held ? pause.dataset.off : pause.dataset.on;
    say(held ? said.dataset.held : said.dataset.live);
    if (!held && waiting.length) insert();
  });
  show.addEventListener("click", insert);
  again.hidden = true;
  pause.hidden = false;
  say(said.dataset.live);
  setInterval(look, EVERY);
}
