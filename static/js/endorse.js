/* The endorsement form on a bad connection. Everything works without this file; with it
   – one list of countries is shown, and another one on request;
   – the entry is previewed whenever one of its fields was left; only these fields are sent for that;
   – what was typed about the organisation survives an interruption.
   Names of people, e-mail addresses and declarations are never read here, so they can be neither stored nor sent.
   Phones are shared: sessionStorage belongs to one tab and ends with it (a browser that reopens a closed tab may restore
   it, hence the button that clears it), and it is emptied as soon as the form was accepted. */
(() => {
  "use strict";
  const ENTRY_FIELDS = ["organisation_name", "acronym", "countries", "display"];
  const STORED_FIELDS = [...ENTRY_FIELDS, "website", "member"];
  const key = (slug) => `endorse:${slug}`;

  // Private windows and strict settings throw as soon as sessionStorage is used.
  const withStorage = (action) => {
    try {
      return action(sessionStorage);
    } catch {
      return null;
    }
  };

  const accepted = document.querySelector("[data-accepted]");
  if (accepted) withStorage((storage) => storage.removeItem(key(accepted.dataset.accepted)));

  const status = document.querySelector("[data-restored-input]");
  if (!status) return;
  const form = status.closest("form");
  const storageKey = key(status.dataset.restoredInput);
  const fields = [...form.elements].filter((field) => STORED_FIELDS.includes(field.name));
  const isTick = (field) => ["radio", "checkbox"].includes(field.type);
  const isEmpty = () => fields.every((field) => (isTick(field) ? !field.checked : !field.value));
  const valuesOf = (names) => {
    const filled = (name) => fields.filter((field) => field.name === name && (field.checked || !isTick(field)));
    return names.map((name) => [name, filled(name).map((field) => field.value)]);
  };
  const fill = (stored) => {
    for (const field of fields) {
      const values = stored[field.name] || [];
      if (isTick(field)) field.checked = values.includes(field.value);
      else field.value = values.shift() || ""; // the three lists of countries share a name: keep their order
    }
  };

  // --- Countries ---

  const lists = fields.filter((field) => field.name === "countries");
  const addCountry = form.querySelector("[data-add-country]");
  const showCountries = (count) => {
    lists.forEach((list, place) => (list.hidden = place >= count && !list.value));
    addCountry.hidden = lists.every((list) => !list.hidden);
  };
  showCountries(1);
  addCountry.addEventListener("click", () => {
    const next = lists.find((list) => list.hidden);
    showCountries(lists.indexOf(next) + 1);
    next.focus();
  });

  // --- Preview of the entry ---

  const [message, entry] = form.querySelector("output").children;
  let last = "";
  let running = new AbortController();
  const show = (answer) => {
    message.textContent = answer.said;
    entry.textContent = answer.line;
  };
  const preview = async (pressed) => {
    const body = new URLSearchParams({ preview: "line" });
    for (const [name, values] of valuesOf(ENTRY_FIELDS)) for (const value of values) body.append(name, value);
    if (!pressed && String(body) === last) return;
    last = String(body);
    running.abort(); // a late response must not replace a newer one
    running = new AbortController();
    const { signal } = running;
    if (!pressed && !body.get("organisation_name").trim()) {
      show({ said: "", line: "" });
      return;
    }
    try {
      const response = await fetch(location.pathname, { method: "POST", body, signal, credentials: "omit" });
      show(await response.json());
    } catch {
      if (signal.aborted) return;
      last = ""; // leaving a field again tries again
      if (pressed) show({ said: message.dataset.offline, line: "" });
    }
  };
  form.addEventListener("change", (event) => {
    if (ENTRY_FIELDS.includes(event.target.name)) preview(false);
  });
  form.querySelector("[name=preview]").addEventListener("click", (event) => {
    event.preventDefault(); // it would send the whole form, with private fields that nobody has decided to send yet
    preview(true);
  });

  // --- Survive an interruption ---

  const store = () =>
    withStorage((storage) => {
      if (isEmpty()) storage.removeItem(storageKey);
      else storage.setItem(storageKey, JSON.stringify(Object.fromEntries(valuesOf(STORED_FIELDS))));
    });
  form.addEventListener("input", (event) => {
    if (fields.includes(event.target)) store();
  });

  // A form that the server sent back is not changed; only a new form that is still empty is filled.
  if ("answered" in status.dataset) store();
  const stored = isEmpty() && withStorage((storage) => JSON.parse(storage.getItem(storageKey)));
  if (!stored) return;
  fill(stored);
  if (isEmpty()) return;
  showCountries(1);
  preview(false);
  const notice = status.firstElementChild;
  notice.hidden = false;
  notice.querySelector("button").addEventListener("click", () => {
    fill({});
    store();
    preview(false);
    notice.hidden = true;
    fields[0].focus();
  });
})();
