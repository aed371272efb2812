// The keyboard on staff pages, and what has come in meanwhile. Everything works without it.
(() => {
  "use strict";
  const OFF = "keys-off";
  const help = document.querySelector(".staff-shortcuts");
  const isOn = () => localStorage.getItem(OFF) === null;

  // A key presses what carries it: a link or a button is clicked, a form is written in, or chosen in.
  const press = (target) => {
    const first = () => target.querySelector("textarea, select, input:not([type=hidden])");
    if (target.matches("a, button")) target.click();
    else (target.querySelector("input:checked") || first()).focus();
  };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
    if (!isOn() || isTyping || help.open || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = /^[a-z?]$/.test(event.key) ? event.key : event.code.replace("Key", "").toLowerCase();  // ф is a
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    event.preventDefault();
    press(target);
  });

  // Two presses are one decision: the second must fall neither on this page again nor on the next one, just opened.
  const SETTLES = 500;  // milliseconds
  let shownAt = performance.now();
  let isSent = false;
  addEventListener("pageshow", () => {
    shownAt = performance.now();
    isSent = false;
  });
  document.addEventListener("submit", (event) => {
    if (!event.target.matches("[data-decides]")) return;
    if (isSent || performance.now() - shownAt < SETTLES) event.preventDefault();
    else isSent = true;
  });

  const opener = document.querySelector(".staff-shortcuts-button");
  const box = help.querySelector("[name=keys]");
  opener.hidden = false;
  opener.addEventListener("click", () => help.showModal());
  box.checked = isOn();
  box.addEventListener("change", () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, "")));

  // A page in front asks every half minute; the session ends all the same, and then nobody asks any more.
  for (const place of document.querySelectorAll("[data-arrivals]")) {
    const again = async () => {
      if (document.visibilityState === "visible") {
        const answer = await fetch(place.dataset.arrivals, { redirect: "error" }).catch(() => null);
        if (!answer || !answer.ok) return;
        const { words } = await answer.json();
        if (place.textContent !== words) place.textContent = words;
      }
      setTimeout(again, 30000);
    };
    again();
  }
})();
