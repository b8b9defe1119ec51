// Copies of a text, with what changed marked.

import { el, facts } from "/ui/dom.js";

/** The answer of /v1/preview as elements. */
export function shown(answer) {
  const head = el("h3", "", counted(answer.copies.length, "copy", "copies"));
  const list = el("ol", "plain", ...answer.copies.map(copyCard), ...answer.missing.map(missingCard));
  return [head, list];
}

function copyCard(copy) {
  const steps = copy.trail.map((one) => one.model ? `${one.step} (${one.model})` : one.step);
  return el("li", "card", marked(copy.changes), facts([
    ["Copy", copy.number],
    ["Text changed", `${Math.round(100 * shareChanged(copy.changes))} %`],
    ["Steps", steps.join(", ")],
    ["Repeatable", copy.exact ? "exactly" : "in the same company"],
  ]));
}

function missingCard(missing) {
  return el("li", "card", el("p", "soft", "No copy"), facts([
    ["Copy", missing.number],
    ["Reason", missing.reason],
    ["Detail", missing.detail],
    ["Score", missing.score === null ? null : missing.score.toFixed(3)],
  ]));
}

function marked(changes) {
  const text = el("p", "");
  for (const { old, new: fresh } of changes) {
    if (old === fresh) text.append(old);
    else {
      if (old) text.append(el("del", "", old));
      if (fresh) text.append(el("ins", "", fresh));
    }
  }
  return text;
}

/** The share of the original's characters that were replaced, or added to it; at most 1. */
function shareChanged(changes) {
  let size = 0;
  let changed = 0;
  for (const { old, new: fresh } of changes) {
    size += old.length;
    if (old !== fresh) changed += Math.max(old.length, fresh.length);
  }
  return size ? Math.min(1, changed / size) : 0;
}

const counted = (count, one, many) => `${count} ${count === 1 ? one : many}`;
