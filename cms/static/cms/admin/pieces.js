/* Choosing pieces by their title: what is found is a button, what is chosen a tick that can be taken away. */
function line(text, note) {
    const small = document.createElement("span");
    small.className = "lede-note";
    small.textContent = note;
    return [`${text} `, small];
}

function start(box) {
    const [words, found, chosen, status] = ["words", "found", "chosen", "status"].map((part) =>
        box.querySelector(`[data-pieces-${part}]`),
    );
    let asked = 0;
    let waiting;

    function add(piece) {
        const tick = document.createElement("input");
        Object.assign(tick, { type: "checkbox", name: box.dataset.name, value: piece.id, checked: true });
        const label = document.createElement("label");
        label.append(tick, " ", ...line(piece.title, piece.note));
        const item = document.createElement("li");
        item.append(label);
        chosen.append(item);
        tick.dispatchEvent(new Event("change", { bubbles: true }));
        status.textContent = box.dataset.added + piece.title;
    }

    function show({ pieces, more }) {
        const have = new Set([...chosen.querySelectorAll("input:checked")].map((tick) => tick.value));
        found.replaceChildren(
            ...pieces
                .filter((piece) => !have.has(String(piece.id)))
                .map((piece) => {
                    const button = document.createElement("button");
                    button.type = "button";
                    button.className = "button button-small button-secondary";
                    button.append(...line(piece.title, piece.note));
                    button.addEventListener("click", () => {
                        add(piece);
                        button.parentElement.remove();
                        words.focus();
                    });
                    const item = document.createElement("li");
                    item.append(button);
                    return item;
                }),
        );
        status.textContent = pieces.length ? (more ? box.dataset.more : "") : box.dataset.none;
    }

    async function look() {
        const mine = ++asked;
        const text = words.value.trim();
        if (!text) {
            found.replaceChildren();
            status.textContent = "";
            return;
        }
        const answer = await fetch(`${box.dataset.pieces}?${new URLSearchParams({ q: text })}`);
        if (answer.ok && mine === asked) {
            show(await answer.json());
        }
    }

    words.addEventListener("input", () => {
        clearTimeout(waiting);
        waiting = setTimeout(look, 200);
    });
    words.addEventListener("keydown", (event) => {
        if (event.key === "Enter") {
            event.preventDefault(); // it would send the form
            look();
        }
    });
}

function startAll() {
    document.querySelectorAll("[data-pieces]").forEach(start);
}

// The form's scripts can stand before the form.
if (document.readyState === "loading") {
    document.addEventListener("DOMContentLoaded", startAll);
} else {
    startAll();
}
