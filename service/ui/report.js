// The report of a job, shown in a frame that can do nothing but draw it.

import { ask } from "/ui/api.js";
import { $, button, el } from "/ui/dom.js";

/** Fetch the report, with the key, and show it below the jobs. */
export async function show(job) {
  const html = await (await ask(`/v1/jobs/${job.id}/report`)).text();
  const frame = el("iframe", "");
  frame.title = `Report of ${job.name}`;
  // Without allow-same-origin it reaches neither this page nor the API.
  frame.sandbox = "allow-scripts";
  frame.src = "/ui/frame.html";
  // Its origin has no name that could be given here; nothing but our own file is loaded in it.
  frame.addEventListener("load", () => frame.contentWindow.postMessage(html, "*"), { once: true });
  const head = el("h3", "", frame.title);
  head.tabIndex = -1;
  $("report").replaceChildren(el("div", "bar", head, button("Close the report", close)), frame);
  $("report").hidden = false;
  head.focus({ preventScroll: true });
  $("report").scrollIntoView();
}

function close() {
  $("report").replaceChildren();
  $("report").hidden = true;
  $("jobs-head").focus();
}
