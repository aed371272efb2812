// The keyboard on staff pages, and what has come in meanwhile. Everything works without it.
(() => {
  "use strict";
  const OFF = "keys-off";
  const help = document.querySelector(".staff-shortcuts");
  const isOn = () => localStorage.getItem(OFF) === null;

  // A key presses what carries it: a link or a button is clicked, a section is opened, and its first field takes the
  // focus. Nothing is chosen or sent by that. A digit chooses a reason in the open section and leads to its button.
  const press = (target) => {
    if (target.matches("a, button")) return target.click();
    target.open = true;
    return target.querySelector("textarea, select, input:not([type=hidden])").focus();
  };
  const choose = (digit) => {
    const choice = document.querySelector(`details[open] [data-choice="${digit}"]`);
    if (!choice) return false;
    choice.checked = true;
    choice.form.elements.decision.focus();
    return true;
  };
  document.addEventListener("keydown", (event) => {
    const isTyping = event.target.closest("input:not([type=checkbox], [type=radio]), textarea, select");
    if (!isOn() || isTyping || help.open || event.repeat || event.ctrlKey || event.metaKey || event.altKey) return;
    if (/^[1-9]$/.test(event.key) && choose(event.key)) return;
    const key = /^[a-z?]$/.test(event.key) ? event.key : event.code.replace("Key", "").toLowerCase();  // ф is a
    const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
    if (!target) return;
    event.preventDefault();
    press(target);
  });

  // Chromium lets Enter on a reason press “Reject”.
  document.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("[data-choice]")) event.preventDefault();
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
