// Elements made of text alone: nothing that comes from a server is ever read as HTML.

export const $ = (id) => document.getElementById(id);

/** An element with a class and children; strings become text. */
export function el(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((one) => one !== null));
  return made;
}

/** Pairs as a list of facts; those without a value are left out. */
export function facts(pairs) {
  const told = pairs.filter(([, value]) => value !== null && value !== "");
  return el("dl", "facts", ...told.map(([name, value]) =>
    el("div", "", el("dt", "", name), el("dd", "", String(value)))));
}

export function button(text, act) {
  const made = el("button", "", text);
  made.type = "button";
  made.addEventListener("click", act);
  return made;
}

/** An error as a box: the detail of a problem, and every wrong place. */
export function errorBox(error) {
  const box = el("div", "error", error.message);
  box.setAttribute("role", "alert");
  if (error.places?.length) box.append(el("ul", "", ...error.places.map((one) => el("li", "", one))));
  return box;
}
