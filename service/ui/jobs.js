// Data sets: upload, watch, change, download.

import { ask, askJson } from "/ui/api.js";
import { $, button, el, errorBox, facts } from "/ui/dom.js";
import { show } from "/ui/report.js";

const MOVES = {
  queued: ["pause", "cancel"], running: ["pause", "cancel"], paused: ["resume", "cancel"],
  failed: ["retry"], done: [], cancelled: [],
};
const ENDED = ["done", "failed", "cancelled"];
let timer;
let asked = 0;

/** Upload the file, then start a job with `choice` (preset or spec, seed). */
export async function start(choice) {
  const [file] = $("file").files;
  const said = $("job-said");
  said.replaceChildren(`Sending ${file.name} …`);
  try {
    const upload = await askJson(`/v1/uploads?name=${encodeURIComponent(file.name)}`, {
      method: "POST", body: file, headers: { "Content-Type": "application/octet-stream" },
    });
    const json = { ...choice, input: { upload: upload.id }, copies: $("job-copies").valueAsNumber };
    const headers = { "Idempotency-Key": crypto.getRandomValues(new Uint32Array(4)).join("-") };
    await askJson("/v1/jobs", { method: "POST", json, headers });
    said.replaceChildren("The job is accepted; it goes on if this page is closed.");
    await watch();
  } catch (error) {
    said.replaceChildren(errorBox(error));
  }
}

/** Show all jobs, and go on while one of them is at work. */
export async function watch() {
  clearTimeout(timer);
  asked += 1;
  const mine = asked;
  let again = 2000;
  try {
    const { jobs } = await askJson("/v1/jobs");
    if (mine !== asked) return;
    update(jobs);
    if (jobs.every((job) => ENDED.includes(job.state))) again = 0;
  } catch (error) {
    if (mine !== asked) return;
    if (error.code === "jobs_off" || error.code === "scope_missing") {
      $("jobs-section").hidden = true;
      return;
    }
    if (error.code === "unauthenticated") return;
    again = 10000;
  }
  if (again) timer = setTimeout(watch, again);
}

/** Only cards that changed are made anew, so that the focus stays where it is. */
function update(jobs) {
  const list = $("jobs");
  const held = new Map([...list.children].map((card) => [card.dataset.job, card]));
  list.replaceChildren(...jobs.map((job) => {
    const told = JSON.stringify(job);
    const card = held.get(job.id);
    if (card?.dataset.told === told) return card;
    const focused = card?.contains(document.activeElement) ? document.activeElement.textContent : null;
    const made = jobCard(job);
    made.dataset.job = job.id;
    made.dataset.told = told;
    if (focused) {
      queueMicrotask(() => [...made.querySelectorAll("button")]
        .find((one) => one.textContent === focused)?.focus());
    }
    return made;
  }));
}

function jobCard(job) {
  const { progress } = job;
  const state = job.wanted ? `${job.state}, will ${job.wanted}` : job.state;
  const card = el("li", "card", el("p", "", el("strong", "", job.name), ` · ${state}`));
  if (!ENDED.includes(job.state)) {
    const bar = el("progress", "");
    bar.max = Math.max(1, progress.size);
    bar.value = progress.position;
    bar.setAttribute("aria-label", `Progress of ${job.name}`);
    card.append(bar);
  }
  const left = progress.seconds_left;
  card.append(facts([
    ["Rows", progress.rows], ["Copies", progress.copies],
    ["Time left", ENDED.includes(job.state) || left === null ? null : `${Math.ceil(left)} s`],
    ["Attempt", job.attempt > 1 ? job.attempt : null],
  ]));
  if (job.error) card.append(errorBox({ message: `${job.error.message} [${job.error.code}]` }));
  const moves = MOVES[job.state].map((move) => button(capital(move), () => change(job, move)));
  const loads = job.files.map((file) => button(`Save ${file}`, () => save(job, file)));
  if (job.files.includes("report")) loads.unshift(button("Show report", () => act(() => show(job))));
  if (ENDED.includes(job.state)) moves.push(button("Remove", () => remove(job)));
  card.append(el("div", "row", ...loads, ...moves));
  return card;
}

const change = (job, move) => act(() => askJson(`/v1/jobs/${job.id}/${move}`, { method: "POST" }));
const remove = (job) => act(() => askJson(`/v1/jobs/${job.id}`, { method: "DELETE" }));

/** With the key in a header there is no plain link; the file comes through memory. */
const save = (job, file) => act(async () => {
  const answer = await ask(`/v1/jobs/${job.id}/${file}`);
  const named = /filename="([^"]+)"/.exec(answer.headers.get("Content-Disposition") ?? "");
  const link = el("a", "");
  link.href = URL.createObjectURL(await answer.blob());
  link.download = named?.[1] ?? file;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
});

async function act(what) {
  try {
    await what();
    $("job-said").replaceChildren();
  } catch (error) {
    $("job-said").replaceChildren(errorBox(error));
  }
  await watch();
}

const capital = (word) => word[0].toUpperCase() + word.slice(1);
