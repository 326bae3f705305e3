/* Tells the ledger that a page was seen, how long and how far it was read, what was downloaded (docs/tracking.md).
 * Its script tag says: data-endpoint, data-consent="given|ask|none", data-reads (the page is a piece), data-staff.
 * Without a yes, or with Global Privacy Control or Do Not Track, no key is kept or sent. No cookie, ever. */
(() => {
  "use strict";
  const config = document.currentScript.dataset;
  const KEY = "lede.visitor", ANSWER = "lede.answer", OWED = "lede.owed", READ_SECONDS = 15, READ_DEPTH = 50, LEAST_SECONDS = 5;
  const objects = navigator.globalPrivacyControl || navigator.doNotTrack === "1";
  const may = () => !objects && (config.consent === "given" ? kept(ANSWER) !== "no" : config.consent === "ask" && kept(ANSWER) === "yes");
  let visitor = visitorKey(may());
  const link = takeLink();

  function uuid() {
    if (crypto.randomUUID) return crypto.randomUUID(); // https and localhost only
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 15) | 64;
    b[8] = (b[8] & 63) | 128;
    return Array.from(b, (n) => n.toString(16).padStart(2, "0")).join(""); // dashes are optional
  }

  /* Storage may be switched off: then nothing is kept. */
  function kept(name, value) {
    try {
      if (value === null) localStorage.removeItem(name);
      else if (value) localStorage.setItem(name, value);
      return localStorage.getItem(name) || "";
    } catch { return ""; }
  }

  /* The key that tells this browser apart; removed when consent is. */
  function visitorKey(allowed) {
    if (!allowed) return kept(KEY, null);
    return kept(KEY) || kept(KEY, uuid());
  }

  /* A yes or no: kept here, and in the consent log. Taking a yes back is owed until the log has it. */
  function answer(yes, source, wording) {
    const key = kept(KEY) || (yes && uuid());
    kept(ANSWER, yes ? "yes" : "no");
    visitor = may() ? kept(KEY, key) : kept(KEY, null);
    return key ? tell({ visitor: key, yes, source, wording }) : Promise.resolve(true);
  }
  function tell(said) {
    const body = JSON.stringify(said);
    if (!said.yes) kept(OWED, body);
    return fetch(config.endpoint.replace(/[^/]*$/, "k"), { method: "POST", body, keepalive: true })
      .then((response) => response.ok, () => false)
      .then((ok) => {
        if (ok) kept(OWED, null);
        else if (said.yes) { kept(ANSWER, null); visitor = kept(KEY, null); }
        return ok;
      });
  }

  /* The banner lies over the page's end and moves nothing. It stays away where the browser has said no already. */
  function ask() {
    const box = document.getElementById("lede-ask");
    if (!box || objects || kept(ANSWER) || document.getElementById("lede-yours")) return; // there it is asked anyway
    box.hidden = false;
    box.addEventListener("click", (e) => {
      const said = e.target.closest("[data-answer]");
      if (!said) return;
      box.hidden = true;
      answer(said.dataset.answer === "yes", "banner", box.dataset.wording);
    });
  }

  /* A tracked link ends in #l=TOKEN. */
  function takeLink() {
    const [, token, rest] = /^#l=([^&]+)(?:&(.*))?$/.exec(location.hash) || [];
    if (!token) return "";
    history.replaceState(history.state, "", location.pathname + location.search + (rest ? "#" + rest : ""));
    if (rest) document.getElementById(rest)?.scrollIntoView();
    return token;
  }

  /* A page of search results tells its words only as it allows, so its address and title are not told with them. */
  const search = document.querySelector("[data-lede-search]")?.dataset;
  const here = () => location.href.split(search ? /[?#]/ : "#")[0];
  const from = () => document.referrer.split(document.referrer.startsWith(location.origin + "/") ? /[?#]/ : "#")[0];

  function send(kind, properties, id = uuid()) {
    const cut = (text) => text.slice(0, 2000) || undefined;
    const body = JSON.stringify({
      uuid: id, kind, properties, url: cut(here()), referrer: cut(from()),
      title: search ? undefined : document.title.slice(0, 300), visitor: visitor || undefined, link: link || undefined,
      staff: "staff" in config || undefined,
    });
    if (navigator.sendBeacon?.(config.endpoint, body)) return;
    fetch(config.endpoint, { method: "POST", body, keepalive: true }).catch(() => {});
  }

  /* Seconds visible; how far down it was seen, in percent. */
  let seconds = 0, depth = 0, since = null, read = "", told = 0, parts = 0;
  const elapsed = () => seconds + (since === null ? 0 : (performance.now() - since) / 1000);
  function watch() {
    const visible = document.visibilityState === "visible";
    if (visible && since === null) since = performance.now();
    if (!visible && since !== null) { seconds = elapsed(); since = null; if (read) leave(); }
    if (visible) measure();
  }
  function measure() {
    const whole = document.documentElement.scrollHeight;
    depth = Math.max(depth, Math.min(100, Math.round((100 * (scrollY + innerHeight)) / whole)));
    if (elapsed() >= READ_SECONDS && depth >= READ_DEPTH) report();
  }
  function report() {
    if (read || elapsed() < LEAST_SECONDS) return;
    read = uuid().replace(/-/g, "");
    send("asset_read", { seconds: (told = Math.round(elapsed())), depth }, read);
  }
  /* What was read since goes with the reading, whose uuid names it (tracking/readings.py): seldom, and seven times at most. */
  function leave() {
    if (!read) return report();
    const now = Math.round(elapsed());
    if (parts === 7 || now < told * 1.3 + LEAST_SECONDS) return;
    parts += 1;
    const id = read.slice(0, 12) + "8" + read.slice(13, 31) + (parseInt(read[31], 16) ^ parts).toString(16);
    send("reading_continued", { seconds: (told = now), depth, part: parts }, id);
  }

  /* Forms of ours say who answers, as far as consent goes. */
  function fill(form) {
    for (const [name, value] of [["visitor", visitor], ["link", link]]) {
      const input = form.querySelector(`input[type=hidden][name=${name}]`);
      if (input) input.value = value;
    }
  }

  function start() {
    window.lede = { answer, state: () => (objects ? "objects" : kept(ANSWER) || (visitor ? "elsewhere" : "")) };
    document.dispatchEvent(new Event("lede:ready"));
    if (kept(OWED)) tell(JSON.parse(kept(OWED)));
    ask();
    send("page_viewed");
    if (search?.ledeSearch) send("site_searched", { words: search.ledeSearch, results: Number(search.ledeResults) });
    document.querySelectorAll("form[data-lede-form]").forEach(fill);
    document.querySelectorAll("[data-lede-trap]").forEach((a) => { if (link) a.href += "?l=" + link; }); // for robots
    addEventListener("click", (e) => {
      const file = e.target.closest?.("a[download]");
      if (file) send("asset_downloaded", { file: file.href.slice(0, 2000) });
    }, true);
    const passed = {}; // on by mail or by the address, each told once a page
    const pass = (way) => passed[way] || send("asset_shared", { way: (passed[way] = way) });
    document.querySelectorAll("[data-lede-share]").forEach((box) => {
      box.addEventListener("click", (e) => e.target.closest?.("a[href^='mailto:']") && pass("mail"));
      box.addEventListener("copy", () => pass("address"));
    });
    if (!("reads" in config)) return;
    watch();
    document.addEventListener("visibilitychange", watch);
    addEventListener("scroll", measure, { passive: true });
    addEventListener("pagehide", leave);
    setInterval(() => since !== null && measure(), 1000);
  }
  if (document.prerendering) document.addEventListener("prerenderingchange", start, { once: true });
  else start();
})();
