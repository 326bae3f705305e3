// Moving cards of the calendar by pointer, by keys and by dialog. Every way ends in one request to one address, and
// everything moved can be moved back. Without this script "Move to…" leads to a page that does the same.
const frame = () => document.getElementById("nr-frame");
const part = (id) => document.getElementById(id);
const words = () => JSON.parse(frame().dataset.messages);
const undone = []; // what undoes the moves made here, the last one last: {address, version, values, key}
let turn = Promise.resolve(); // the move that is under way: the next one waits for it, since it names its version
let underWay = 0; // moves that are not answered yet
// What the keys hold, whether a pointer does, and whether the screen is older than the plan: it is not read again
// meanwhile, or the card would be gone out of the hand.
const hand = { held: null, pointer: false, isOld: false };

const csrf = () => ({ [window.wagtailConfig.CSRF_HEADER_NAME]: window.wagtailConfig.CSRF_TOKEN });

function announce(text) {
  part("nr-said").textContent = text;
}

// The message that stays until it is closed or another one comes: who needs longer to reach "Undo" has it.
function toast(text, canUndo = false) {
  const box = part("nr-toast");
  box.hidden = false;
  box.querySelector("[data-text]").textContent = text;
  box.querySelector("[data-undo]").hidden = !canUndo;
}

// Ask in a dialog; resolves to the value of the button that closed it, "" for Escape. The browser gives focus back.
function ask(dialog) {
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => dialog.addEventListener("close", () => resolve(dialog.returnValue), { once: true }));
}

// The server's question: what a yes adds to the request, with the reason where one is needed; null for a no.
async function confirm({ question, yes, why }) {
  const dialog = part("nr-ask");
  const reason = dialog.querySelector("[name=reason]");
  dialog.querySelector("[data-text]").textContent = question;
  dialog.querySelector("[data-yes]").textContent = yes;
  dialog.querySelector("[data-why]").hidden = !why;
  dialog.querySelector("[data-why-label]").textContent = why || "";
  reason.required = Boolean(why);
  reason.value = "";
  if ((await ask(dialog)) !== "yes") return null;
  return why ? { sure: 1, reason: reason.value } : { sure: 1 };
}

async function post(address, version, values) {
  const body = new URLSearchParams({ version, ...values });
  const answer = await fetch(address, { method: "POST", body, headers: { Accept: "application/json", ...csrf() } });
  if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error(answer.status);
  return { ok: answer.ok, ...(await answer.json()) };
}

const DAY = 24 * 60 * 60 * 1000;

// The day of a week (a list of the quarter) on which a card lands: its own weekday, or the first that is left.
function dayIn(week, card) {
  if (!card.dataset.day) return week.first;
  const begin = Date.parse(week.week);
  const weekday = (((Date.parse(card.dataset.day) - begin) / DAY) % 7 + 7) % 7;
  return new Date(begin + weekday * DAY).toISOString().slice(0, 10);
}

// How many of them stand side by side: days of a month always seven, weeks of a quarter as the screen is wide.
function inRow(lists) {
  if (!lists[0]?.dataset.week) return lists.length > 7 ? 7 : 1;
  const seen = lists.filter((list) => list.offsetParent);
  return seen.filter((list) => list.parentElement.offsetTop === seen[0].parentElement.offsetTop).length || 1;
}

// The next plan in that direction: other cards of the day have no place to name.
function beside(card, direction) {
  let next = card[direction];
  while (next && !/^entry-\d+-due$/.test(next.dataset.card)) next = next[direction];
  return next;
}

class LedeCalendar extends window.StimulusModule.Controller {
  connect() {
    this.lists = [...this.element.querySelectorAll(".nr-cards")];
    this.sortables = frame() ? this.lists.map((list) => this.makeSortable(list)) : []; // readers move nothing
    this.onKey = (event) => this.key(event);
    this.element.addEventListener("keydown", this.onKey);
  }

  disconnect() {
    this.sortables.forEach((one) => one.destroy());
    this.element.removeEventListener("keydown", this.onKey);
    if (!hand.held?.card.isConnected) hand.held = null; // search and filters change the screen at once
    hand.pointer = false;
  }

  makeSortable(list) {
    return new window.Sortable(list, {
      group: { name: "calendar", put: (to, from, card) => this.fits(card, list) },
      draggable: ".nr-card",
      filter: ".nr-card:not(.nr-card--movable)",
      preventOnFilter: false,
      sort: this.hasOrder(list),
      forceFallback: true, // the same under mouse, pen and finger, and the copy looks as we say
      fallbackOnBody: true,
      fallbackTolerance: 4,
      delay: 180,
      delayOnTouchOnly: true,
      animation: 120,
      emptyInsertThreshold: 0,
      ghostClass: "nr-card--ghost",
      fallbackClass: "nr-card--flying",
      // Held room stays to be hit; within a day only plans have an order.
      onMove: ({ dragged, related, to, from: own }) =>
        !this.takes(related.closest("[data-fill]"), dragged) && (to !== own || dragged.dataset.lane === "due"),
      onChoose: () => (hand.pointer = true),
      onUnchoose: () => (hand.pointer = false),
      onStart: () => this.element.classList.add("nr-calendar--dragging"),
      onEnd: (event) => {
        this.element.classList.remove("nr-calendar--dragging");
        this.land(event);
      },
    });
  }

  // The day under the pointer is meant, also where Sortable, which looks every 50 ms, has not followed a quick hand.
  land({ item, from, to, oldIndex, originalEvent }) {
    const { clientX, clientY } = originalEvent.changedTouches?.[0] || originalEvent;
    const under = document.elementFromPoint(clientX, clientY);
    const room = under?.closest("[data-fill]");
    if (this.takes(room, item)) {
      from.insertBefore(item, from.children[oldIndex] || null);
      this.fill(item, room);
      return;
    }
    const cell = under?.closest(".nr-cell-day, .nr-week, .nr-side__lane, .nr-column");
    const meant = cell?.querySelector(".nr-cards");
    const place = meant && meant !== from && this.fits(item, meant) ? meant : from;
    if (place !== to) place.insertBefore(item, place === from ? from.children[oldIndex] || null : place.firstChild);
    const placed = place === to && this.hasOrder(to) && item.dataset.lane === "due";
    if (place !== from) this.drop(item, from, place, oldIndex, placed && Boolean(beside(item, "nextElementSibling")));
    else if (placed && item !== from.children[oldIndex]) this.drop(item, from, place, oldIndex, true);
    else if (hand.isOld) this.reload(item.dataset.card);
  }

  // Plans of a day have an order that people give them; below their people they stand by that, and get none.
  hasOrder(list) {
    return Boolean(list.dataset.day) && list.dataset.day !== "late" && !("grouped" in list.dataset);
  }

  // Days take everything; only a plan can do without one; steps are for entries, and some follow the page.
  fits(card, list) {
    if (list.dataset.day === "late" || "follows" in list.dataset) return false;
    if ("step" in list.dataset) return card.dataset.card.startsWith("entry-");
    return list.dataset.day !== "" || ["due", "review"].includes(card.dataset.lane);
  }

  // Held room that is open takes an entry's plan.
  takes(room, card) {
    return Boolean(room && room !== card && card.dataset.lane === "due");
  }

  async fill(card, room) {
    await turn;
    const { fill: address, version } = room.dataset;
    const entry = card.dataset.card.split("-")[1];
    let answer;
    try {
      answer = await post(address, version, { entry, entry_version: card.dataset.version });
    } catch {
      toast(words().failed);
      return this.focus(card.dataset.card);
    }
    if (answer.ok) undone.push({ address, version: answer.version, values: answer.undo, key: card.dataset.card });
    toast(answer.text, answer.ok);
    return this.reload(card.dataset.card);
  }

  // `placed`: it was put at its place on purpose, not only on the day.
  drop(card, from, to, index, placed = false) {
    const day = "week" in to.dataset ? dayIn(to.dataset, card) : to.dataset.day;
    const values = "step" in to.dataset ? { step: to.dataset.step } : day ? { day } : { pick: "none" };
    if (placed) values.after = beside(card, "previousElementSibling")?.dataset.card.split("-")[1] || 0;
    this.move(card, values, () => from.insertBefore(card, from.children[index] || null));
  }

  // The card is where it was put before the server answers; it goes back when the answer is no.
  move(card, values, putBack) {
    underWay += 1;
    turn = turn.then(() => this.moveNow(card, values, putBack)).catch(() => toast(words().failed));
  }

  async moveNow(card, values, putAgain = () => {}) {
    const { move: address, version, card: key } = card.dataset;
    const putBack = () => {
      if (hand.held?.card === card) this.letGo(); // picked up again meanwhile, from where it may not stay
      putAgain();
    };
    card.classList.add("nr-card--busy");
    let answer;
    try {
      answer = await post(address, version, values);
      if (answer.question) {
        const sure = await confirm(answer);
        answer = sure ? await post(address, version, { ...values, ...sure }) : null;
      }
    } catch {
      putBack();
      toast(words().failed);
      this.settle(key);
      return;
    } finally {
      underWay -= 1;
      card.classList.remove("nr-card--busy");
    }
    if (!answer?.ok) putBack();
    if (answer?.ok) card.dataset.version = answer.version; // the next move may come before the screen is read again
    if (answer?.ok) undone.push({ address, version: answer.version, values: answer.undo, key });
    if (answer) toast(answer.text, answer.ok);
    if (answer) this.reload(key);
    else this.settle(key);
  }

  async undo() {
    if (hand.held) this.letGo();
    const last = undone.pop();
    if (!last) return toast(words().nothing);
    try {
      const answer = await post(last.address, last.version, { ...last.values, sure: 1 });
      // What was moved twice is undone twice: the move before it now has to name the version that this one made.
      const before = undone.findLast((one) => one.address === last.address);
      if (answer.ok && before) before.version = answer.version;
      toast(answer.text || answer.question, answer.ok && undone.length > 0);
    } catch {
      undone.push(last);
      toast(words().failed, true);
    }
    return this.reload(last.key);
  }

  // Where a move came to nothing: read again what came meanwhile, if something did.
  settle(key) {
    return hand.isOld ? this.reload(key) : this.focus(key);
  }

  // The same screen again, as the server sees it now; scrolled and focused as before.
  async reload(key) {
    const results = document.getElementById("listing-results");
    const source = document.querySelector("[data-search-form]").dataset.wSwapSrcValue;
    const query = this.element.dataset.calendar.split("?")[1];
    const asked = fetch(`${source}?${query}`, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    const text = await asked.then((answer) => (answer.ok ? answer.text() : "")).catch(() => "");
    if (!text) return;
    hand.isOld = Boolean(hand.held || hand.pointer || underWay);
    if (hand.isOld) return;
    const scrolled = new Map(shown().lists.map((list) => [list.dataset.day ?? list.dataset.label, list.scrollTop]));
    results.innerHTML = text;
    results.querySelectorAll(".nr-cards").forEach((list) => {
      list.scrollTop = scrolled.get(list.dataset.day ?? list.dataset.label) || 0;
    });
    this.focus(key);
  }

  focus(key) {
    document.querySelector(`[data-card="${key}"] a`)?.focus();
  }

  // "Move to…": a date, or one of the quick picks.
  async open(event) {
    event.preventDefault();
    const card = event.currentTarget.closest("[data-card]");
    const dialog = part("nr-move");
    dialog.querySelector("[data-title]").textContent = card.dataset.title;
    dialog.querySelector("[name=day]").value = card.dataset.day;
    dialog.querySelector("[data-plan]").hidden = !/-(due|review)$/.test(card.dataset.card);
    dialog.querySelectorAll("[data-place]").forEach((button) => {
      button.hidden = !(card.dataset.lane === "due" && card.dataset.day);
    });
    const [kind, pk] = card.dataset.card.split("-");
    const steps = dialog.querySelector("[name=steps]");
    const more = dialog.querySelector("[data-series] a");
    steps.checked = false;
    dialog.querySelector("[data-steps]").hidden = !(card.dataset.lane === "due" && card.dataset.day);
    this.fillIn(dialog, card, kind === "entry" && /-(due|review)$/.test(card.dataset.card));
    dialog.querySelector("[data-note]").hidden = dialog.querySelector("[data-glance]").hidden = kind !== "entry";
    this.glance(dialog.querySelector("[data-glance]"), pk);
    dialog.querySelector("[data-series]").hidden = kind !== "entry" || !["due", "publish"].includes(card.dataset.lane);
    more.search = new URLSearchParams({ entry: pk, next: this.element.dataset.calendar });
    const picked = await ask(dialog);
    if (!picked) return;
    const field = (name) => dialog.querySelector(`[name=${name}]`).value;
    const note = field("note").trim() ? { note: field("note") } : {};
    if (["assignee", "step", "title"].includes(picked)) {
      this.move(card, { [picked]: field(picked), ...note });
      return;
    }
    const values = picked === "day" ? { day: field("day") } : { pick: picked.slice("pick-".length) };
    if (steps.checked && !["none", "up", "down"].includes(values.pick)) values.steps = "all";
    this.move(card, { ...values, ...note });
  }

  // What else of an entry can be changed here, as it stands now; steps that follow the page cannot.
  fillIn(dialog, card, isEntry) {
    dialog.querySelectorAll("[data-entry]").forEach((row) => {
      row.hidden = !isEntry;
    });
    dialog.querySelector("[name=note]").value = "";
    if (!isEntry) return;
    dialog.querySelector("[name=title]").value = card.dataset.title;
    dialog.querySelector("[name=assignee]").value = card.dataset.who || "none";
    const step = dialog.querySelector("[name=step]");
    step.value = card.dataset.at;
    dialog.querySelector("[data-by-hand]").hidden = step.value !== card.dataset.at;
  }

  // The brief, read only when somebody opens it.
  glance(details, pk) {
    const box = details.querySelector("[data-brief]");
    details.open = false;
    box.textContent = "";
    details.ontoggle = async () => {
      if (!details.open || box.childElementCount) return;
      const answer = await fetch(frame().dataset.glance.replace("/0/", `/${pk}/`)).catch(() => null);
      if (answer?.ok) box.innerHTML = await answer.text();
      else box.textContent = words().brief;
    };
  }

  // "+" on a day: a title is enough.
  add(event) {
    event.preventDefault();
    const { day, label } = event.currentTarget.dataset;
    const dialog = part("nr-add");
    dialog.querySelector("[data-label]").textContent = label;
    dialog.querySelector("[name=due_on]").value = day;
    dialog.querySelector("[name=next]").value = this.element.dataset.calendar;
    dialog.querySelector("[data-more]").href = event.currentTarget.href;
    dialog.showModal();
  }

  print() {
    window.print();
  }

  key(event) {
    if (hand.held) return this.steer(event);
    const card = event.target.closest?.(".nr-card");
    if (!card || !event.target.matches(".nr-card__title") || event.altKey || event.ctrlKey || event.metaKey) return null;
    if (event.key === " " && card.dataset.move) return this.pickUp(event, card);
    if (event.key.startsWith("Arrow")) return this.walk(event, card);
    return null;
  }

  // Arrows between cards: up and down in a day, sideways to the next day that has one.
  walk(event, card) {
    const list = card.parentElement;
    let beside = { ArrowDown: card.nextElementSibling, ArrowUp: card.previousElementSibling }[event.key];
    if (beside?.matches(".nr-person")) beside = beside[event.key === "ArrowDown" ? "nextElementSibling" : "previousElementSibling"];
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 1, ArrowUp: -1 }[event.key];
    let next = beside;
    for (let at = this.lists.indexOf(list) + step; !next && at >= 0 && at < this.lists.length; at += step) {
      const cards = this.lists[at].querySelectorAll(".nr-card");
      next = cards[event.key === "ArrowUp" ? cards.length - 1 : 0];
    }
    if (!next) return;
    event.preventDefault();
    next.querySelector("a")?.focus();
  }

  pickUp(event, card) {
    event.preventDefault();
    hand.held = { card, from: card.parentElement, index: [...card.parentElement.children].indexOf(card) };
    card.classList.add("nr-card--held");
    announce(words().grabbed);
  }

  // Held no longer; back where it was picked up, unless it is put down.
  letGo(goesBack = true) {
    const { card, from, index } = hand.held;
    card.classList.remove("nr-card--held");
    hand.held = null;
    if (goesBack) from.insertBefore(card, from.children[index] || null);
  }

  steer(event) {
    const { card, from, index, placed } = hand.held;
    const back = () => from.insertBefore(card, from.children[index] || null);
    if (event.key === "Tab") return event.preventDefault();
    if (event.key === "Escape" || event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.letGo(false);
      const stays = card.parentElement === from && (!placed || card === from.children[index]);
      if (event.key === "Escape" || stays) {
        back();
        announce(words().back);
        return this.settle(card.dataset.card);
      }
      return this.drop(card, from, card.parentElement, index, placed);
    }
    if (!event.key.startsWith("Arrow")) return null;
    event.preventDefault();
    if (event.shiftKey) return this.carryWithin(card, event.key);
    return this.carry(card, event.key);
  }

  // With Shift it goes up or down among the cards of its day.
  carryWithin(card, key) {
    const list = card.parentElement;
    const other = { ArrowUp: card.previousElementSibling, ArrowDown: card.nextElementSibling }[key];
    if (!this.hasOrder(list) || card.dataset.lane !== "due" || !other) return announce(words().end);
    list.insertBefore(key === "ArrowUp" ? card : other, key === "ArrowUp" ? other : card);
    hand.held.placed = true;
    card.querySelector("a").focus();
    return announce(`${words().place} ${[...list.children].indexOf(card) + 1}`);
  }

  // The held card goes on to the day or column that the arrow points to.
  carry(card, key) {
    const open = this.lists.filter((list) => this.fits(card, list));
    const days = open.filter((list) => list.dataset.day || list.dataset.week);
    const places = days.length ? days : open;
    const row = inRow(days);
    const far = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: row, ArrowUp: -row }[key];
    const today = days.findIndex((list) => list.closest(".nr-cell-day--today, .nr-week--today"));
    const at = places.indexOf(card.parentElement);
    const place = at < 0 ? places[Math.max(today, 0)] : places[at + far];
    if (!place) return announce(words().edge);
    place.prepend(card);
    hand.held.placed = false;
    card.querySelector("a").focus();
    card.scrollIntoView({ block: "nearest", inline: "nearest" });
    return announce(`${words().over} ${place.dataset.label}`);
  }
}
window.wagtail.app.register("lede-calendar", LedeCalendar);

// The frame outlives the results: its buttons find the calendar that is shown now.
function shown() {
  return window.wagtail.app.getControllerForElementAndIdentifier(document.querySelector("[data-calendar]"), "lede-calendar");
}
// The shares of the mix, read when its line is opened.
document.addEventListener(
  "toggle",
  async ({ target }) => {
    const { mix } = target.dataset;
    if (!mix || !target.open) return;
    const query = target.closest("[data-calendar]").dataset.calendar.split("?")[1];
    const answer = await fetch(`${mix}?${query}`).catch(() => null);
    if (!answer?.ok) return; // the way without a script is still there
    delete target.dataset.mix;
    target.querySelector(".nr-mix__parts").outerHTML = await answer.text();
  },
  true,
);
function closeToast() {
  part("nr-toast").hidden = true;
}
document.addEventListener("click", (event) => {
  if (event.target.closest("#nr-toast [data-undo]")) shown().undo();
  if (event.target.closest("#nr-toast [data-close]")) closeToast();
  if (event.target.closest("dialog [data-close]")) event.target.closest("dialog").close();
});
// Enter in a field of the dialog presses the button beside it; by itself the browser would press the first one.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !event.target.matches?.(".nr-dialog__row input")) return;
  event.preventDefault();
  event.target.closest(".nr-dialog__row").querySelector("button")?.click();
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.shiftKey || event.key.toLowerCase() !== "z") return;
  if (window.wagtailConfig.KEYBOARD_SHORTCUTS_ENABLED === false) return; // the person wants none, by their profile
  if (event.target.closest("input, textarea, select, [contenteditable]") || !undone.length) return;
  event.preventDefault();
  shown().undo();
});
