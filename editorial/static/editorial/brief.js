// A brief is kept while it is typed. Without this script, and when the newsroom does not answer, "Save" does the same.
const PAUSE = 800; // after the last key, in ms
const csrf = () => ({ [window.wagtailConfig.CSRF_HEADER_NAME]: window.wagtailConfig.CSRF_TOKEN });

class LedeBrief extends window.StimulusModule.Controller {
  static targets = ["text", "before", "said", "ways"];

  static values = { url: String, failed: String, typing: String };

  disconnect() {
    clearTimeout(this.timer);
  }

  typed() {
    this.say(this.typingValue);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.keep(), PAUSE);
  }

  // Whoever leaves the field or the page does not wait.
  left() {
    if (this.timer) this.keep();
  }

  // One request at a time: the next one names the answer that this one made.
  async keep() {
    clearTimeout(this.timer);
    this.timer = null;
    if (this.underWay) {
      this.again = true;
      return;
    }
    this.underWay = true;
    try {
      await this.send(this.textTarget.value);
    } catch {
      this.say(this.failedValue);
    }
    this.underWay = false;
    if (this.again) {
      this.again = false;
      this.keep();
    }
  }

  async send(text) {
    if (text.trim() === this.beforeTarget.value) return this.say("");
    const body = new URLSearchParams({ point: this.element.elements.point.value, text, before: this.beforeTarget.value });
    const options = { method: "POST", body, headers: csrf(), keepalive: body.toString().length < 60_000 };
    const answer = await fetch(this.urlValue, options);
    if (!(answer.headers.get("Content-Type") || "").includes("json")) throw new Error(answer.status);
    const told = await answer.json();
    if (!answer.ok) return this.ask(told);
    this.beforeTarget.value = told.kept;
    this.waysTarget.hidden = true;
    this.say(told.said);
    return this.mark(told);
  }

  // Somebody else was faster: nothing is replaced until the person says which answer stays.
  ask({ stored, text }) {
    this.stored = stored;
    this.waysTarget.hidden = false;
    this.say(text);
  }

  mine() {
    this.beforeTarget.value = this.stored;
    this.waysTarget.hidden = true;
    this.textTarget.focus();
    this.keep();
  }

  theirs() {
    this.textTarget.value = this.stored;
    this.beforeTarget.value = this.stored;
    this.waysTarget.hidden = true;
    this.textTarget.focus();
    this.say("");
  }

  say(text) {
    if (this.saidTarget.textContent !== text) this.saidTarget.textContent = text;
  }

  // The mark beside the question, and how many are open.
  mark({ kept, open }) {
    const line = this.element.closest("li");
    line.className = kept ? "nr-brief__answered" : "nr-brief__open";
    line.querySelector("use").setAttribute("href", kept ? "#icon-circle-check" : "#icon-radio-empty");
    const count = document.querySelector("[data-open-points]");
    if (count) count.textContent = open;
  }
}
window.wagtail.app.register("lede-brief", LedeBrief);
