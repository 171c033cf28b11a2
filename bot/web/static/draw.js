// Makes elements. Whatever a person wrote goes in as text, never as markup.

export const $ = (id) => document.getElementById(id);

export function make(tag, className, ...inside) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...inside.filter((one) => one !== null && one !== undefined));
  return element;
}

export function button(className, onClick, ...inside) {
  const element = make("button", className, ...inside);
  element.type = "button";
  element.addEventListener("click", onClick);
  return element;
}

// The first letter of a name on the colour that the server chose for it.
export function avatar({ name, tint }, className = "") {
  const element = make("span", `avatar tint-${tint} ${className}`, Array.from(name)[0]);
  element.setAttribute("aria-hidden", "true");
  return element;
}

let toastTimer;

export function toast(words) {
  const element = $("toast");
  element.textContent = words;
  element.hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => (element.hidden = true), 4000);
}

// Dialogs close by their ×, by Esc, and by a tap beside them.
export function dialog(id) {
  const element = $(id);
  element.addEventListener("click", (event) => {
    if (event.target === element || event.target.closest(".close")) element.close();
  });
  return element;
}
