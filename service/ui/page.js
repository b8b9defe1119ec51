// The page: what was chosen, the verdict on the spec, copies, the same call elsewhere.

import { askJson, hasKey, useKey } from "/ui/api.js";
import * as calls from "/ui/calls.js";
import { shown } from "/ui/copies.js";
import { $, el, errorBox } from "/ui/dom.js";
import * as jobs from "/ui/jobs.js";

const OWN = "(your own)";
let presets = new Map();
let verdict = { yaml: "", valid: false, spec: null };
let checking;
let called = null;
let form = "curl";

async function begin() {
  try {
    const [info, listed] = await Promise.all([askJson("/v1/info"), askJson("/v1/presets")]);
    $("key-form").hidden = true;
    $("server").replaceChildren(`Version ${info.version}, ${info.workers} workers`);
    $("copies").max = $("job-copies").max = info.limits.copies;
    presets = new Map(listed.map((one) => [one.name, one]));
    const names = [...presets.keys(), OWN];
    $("preset").replaceChildren(...names.map((name) => new Option(name, name)));
    choose(presets.has("light") ? "light" : names[0]);
    await jobs.watch();
  } catch (error) {
    $("key-form").hidden = error.code !== "unauthenticated";
    const wanted = error.code === "unauthenticated" && !hasKey();
    $("server").replaceChildren(wanted ? "This server wants a client key." : errorBox(error));
  }
}

function choose(name) {
  $("preset").value = name;
  if (presets.has(name)) $("spec").value = presets.get(name).yaml;
  void check();
}

/** Ask the server what it thinks of the spec; an answer that came too late is dropped. */
async function check() {
  clearTimeout(checking?.timer);
  checking?.abort.abort();
  const mine = checking = { abort: new AbortController(), timer: 0 };
  const yaml = $("spec").value;
  try {
    const json = { yaml };
    const signal = mine.abort.signal;
    const found = await askJson("/v1/validate", { method: "POST", json, signal });
    if (checking !== mine) return false;
    verdict = { yaml, valid: found.valid, spec: found.spec };
    tell(found.valid ? null : { message: "", places: found.errors });
  } catch (error) {
    if (error.name === "AbortError" || checking !== mine) return false;
    verdict = { yaml, valid: false, spec: null };
    tell(error);
  }
  return verdict.valid;
}

function tell(error) {
  $("verdict").className = `verdict ${error ? "bad" : "good"}`;
  $("spec").setAttribute("aria-invalid", String(Boolean(error)));
  if (!error) $("verdict").replaceChildren("✓ The spec holds.");
  else {
    const places = error.places?.length ? error.places : [error.message];
    $("verdict").replaceChildren(el("ul", "", ...places.map((one) => el("li", "", one))));
  }
}

/** Preset or spec, seed and strictness, as the API takes them; null: the spec does not hold. */
async function choice() {
  const seed = $("seed").valueAsNumber;
  const strict = $("strict").checked ? { strict: true } : {};
  if (presets.has($("preset").value)) return { preset: $("preset").value, seed, ...strict };
  if (verdict.yaml !== $("spec").value || !verdict.valid) await check();
  if (verdict.valid && verdict.yaml === $("spec").value) return { spec: verdict.spec, seed, ...strict };
  $("spec").focus();
  return null;
}

async function preview() {
  const out = $("copies-out");
  const chosen = await choice();
  if (!chosen) return;
  const json = { text: $("text").value, ...chosen, copies: $("copies").valueAsNumber };
  const yaml = $("spec").value;
  out.setAttribute("aria-busy", "true");
  try {
    const answer = await askJson("/v1/preview", { method: "POST", json });
    out.replaceChildren(...shown(answer));
    called = { json, yaml };
    showCall();
  } catch (error) {
    out.replaceChildren(errorBox(error));
  }
  out.removeAttribute("aria-busy");
}

function showCall() {
  $("call").hidden = false;
  const { json, yaml } = called;
  const written = {
    curl: () => calls.curl(json, hasKey()), python: () => calls.python(json, hasKey()),
    cli: () => calls.cli(json, yaml),
  };
  $("call-text").textContent = written[form]();
  $("copied").textContent = "";
  for (const one of document.querySelectorAll("[data-call]")) {
    one.setAttribute("aria-pressed", String(one.dataset.call === form));
  }
}

/** Submit without leaving the page, once at a time. */
function onSubmit(id, act) {
  $(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    const main = $(id).querySelector("[type=submit]");
    if (main.disabled) return;
    main.disabled = true;
    try {
      await act();
    } finally {
      main.disabled = false;
    }
  });
}

onSubmit("key-form", () => { useKey($("key").value); $("key").value = ""; return begin(); });
onSubmit("try", preview);
onSubmit("job", async () => { const chosen = await choice(); if (chosen) await jobs.start(chosen); });
$("preset").addEventListener("change", () => choose($("preset").value));
$("spec").addEventListener("input", () => {
  $("preset").value = OWN;
  clearTimeout(checking?.timer);
  checking = { abort: new AbortController(), timer: setTimeout(check, 350) };
});
for (const one of document.querySelectorAll("[data-call]")) {
  one.addEventListener("click", () => { form = one.dataset.call; showCall(); });
}
$("copy-call").addEventListener("click", async () => {
  try {
    await navigator.clipboard.writeText($("call-text").textContent);
    $("copied").textContent = "Copied";
  } catch {
    getSelection().selectAllChildren($("call-text"));
    $("copied").textContent = "Marked: copy it with your keyboard";
  }
});
void begin();
