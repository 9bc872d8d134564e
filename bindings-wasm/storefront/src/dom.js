// Elements, without a framework.

/** An element with attributes, listeners (`onclick`) and children; what is null or false is left out. */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value == null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "checked" || name === "disabled") element[name] = Boolean(value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child != null && child !== false && child !== ""));
  return element;
}

/** Replaces what an element holds; the focus stays on what has the same `data-key`. */
export function replace(element, ...children) {
  const active = element.contains(document.activeElement) ? document.activeElement : null;
  const key = active?.dataset.key;
  const typed = active?.matches("input[type=text]") ? active.value : null;
  element.replaceChildren(...children.flat().filter(Boolean));
  if (!active) return;
  const again = key && element.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (again) {
    if (typed !== null) again.value = typed;
    again.focus({ preventScroll: true });
  } else {
    (element.querySelector("[data-fallback]") ?? element).focus({ preventScroll: true });
  }
}
