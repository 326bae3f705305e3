// The box "There is already" follows the title, stage and topics while somebody fills the form of an entry.
class LedeSimilar extends window.StimulusModule.Controller {
  static values = { url: String, exclude: String, delay: { type: Number, default: 400 } };

  connect() {
    this.form = this.element.closest("form");
    this.ask = () => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.load(), this.delayValue);
    };
    this.form.addEventListener("input", this.ask);
  }

  disconnect() {
    clearTimeout(this.timer);
    this.form.removeEventListener("input", this.ask);
  }

  async load() {
    const said = new FormData(this.form);
    const query = new URLSearchParams({ title: said.get("title"), stage: said.get("stage"), exclude: this.excludeValue });
    said.getAll("topics").forEach((topic) => query.append("topics", topic));
    if (query.toString() === this.asked) return;
    this.asked = query.toString();
    const answer = await fetch(`${this.urlValue}?${query}`, { headers: { "X-Requested-With": "XMLHttpRequest" } });
    if (answer.ok && this.asked === query.toString()) this.element.innerHTML = await answer.text();
  }
}
window.wagtail.app.register("lede-similar", LedeSimilar);
