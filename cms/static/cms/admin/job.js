/* Keeps a job's progress bar up to date; at the end the page is loaded again, with its report. */
const box = document.querySelector("[data-job-progress]");

async function look() {
    let job;
    try {
        const answer = await fetch(box.dataset.jobProgress, { headers: { Accept: "application/json" } });
        if (!answer.ok) {
            return; // logged out or gone: the link to look again says which
        }
        job = await answer.json();
    } catch {
        setTimeout(look, 5000); // no network for a moment
        return;
    }
    const bar = box.querySelector("progress");
    bar.max = job.total || job.done || 1;
    bar.value = job.done;
    const words = box.querySelector("[data-job-words]");
    if (words.textContent !== job.words) {
        words.textContent = job.words;
    }
    if (job.ended) {
        window.location.reload();
    } else {
        setTimeout(look, 1000);
    }
}

if (box) {
    setTimeout(look, 1000);
}
