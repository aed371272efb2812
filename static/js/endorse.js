/* The endorsement form on a bad connection. Everything works without this file; with it
   – the line is shown as it will be printed whenever a field of the line was left, for which only these fields travel;
   – what was typed about the organisation outlives an interruption.
   Names of people, mailboxes and declarations are never picked up here, so they can be neither kept nor sent.
   Phones are shared: sessionStorage belongs to one tab and ends with it (a browser that reopens a closed tab may bring
   it back, hence the button that clears), and it is emptied as soon as the form was accepted. */
(() => {
  "use strict";
  const LINE = ["organisation_name", "acronym", "countries", "display"];
  const KEPT = [...LINE, "website", "member"];
  const key = (slug) => `endorse:${slug}`;

  // Private windows and strict settings throw at the mere look at sessionStorage.
  const storage = (deed) => {
    try {
      return deed(sessionStorage);
    } catch {
      return null;
    }
  };

  const accepted = document.querySelector("[data-accepted]");
  if (accepted) storage((kept) => kept.removeItem(key(accepted.dataset.accepted)));

  const status = document.querySelector("[data-interrupted]");
  if (!status) return;
  const form = status.closest("form");
  const slot = key(status.dataset.interrupted);
  const fields = [...form.elements].filter((field) => KEPT.includes(field.name));
  const isTick = (field) => ["radio", "checkbox"].includes(field.type);
  const isEmpty = () => fields.every((field) => (isTick(field) ? !field.checked : !field.value));
  const told = (names) => {
    const of = (name) => fields.filter((field) => field.name === name && (field.checked || !isTick(field)));
    return names.map((name) => [name, of(name).map((field) => field.value)]);
  };
  const put = (kept) => {
    for (const field of fields) {
      const values = kept[field.name] || [];
      if (isTick(field)) field.checked = values.includes(field.value);
      else field.value = values.shift() || ""; // the three lists of countries share a name and keep their order
    }
  };

  // --- The line as it will be printed ---

  const [said, line] = form.querySelector("output").children;
  let last = "";
  let running = new AbortController();
  const show = (answer) => {
    said.textContent = answer.said;
    line.textContent = answer.line;
  };
  const preview = async (pressed) => {
    const body = new URLSearchParams({ preview: "line" });
    for (const [name, values] of told(LINE)) for (const value of values) body.append(name, value);
    if (!pressed && String(body) === last) return;
    last = String(body);
    running.abort(); // an answer that comes late must not replace a newer one
    running = new AbortController();
    const { signal } = running;
    if (!pressed && !body.get("organisation_name").trim()) {
      show({ said: "", line: "" });
      return;
    }
    try {
      const answer = await fetch(location.pathname, { method: "POST", body, signal, credentials: "omit" });
      show(await answer.json());
    } catch {
      if (signal.aborted) return;
      last = ""; // leaving a field again tries again
      if (pressed) show({ said: said.dataset.offline, line: "" });
    }
  };
  form.addEventListener("change", (event) => {
    if (LINE.includes(event.target.name)) preview(false);
  });
  form.querySelector("[name=preview]").addEventListener("click", (event) => {
    event.preventDefault(); // the whole form would travel, with what nobody has decided to send yet
    preview(true);
  });

  // --- What outlives an interruption ---

  const keep = () =>
    storage((kept) => {
      if (isEmpty()) kept.removeItem(slot);
      else kept.setItem(slot, JSON.stringify(Object.fromEntries(told(KEPT))));
    });
  form.addEventListener("input", (event) => {
    if (fields.includes(event.target)) keep();
  });

  // What the server sent back stands as it is; only a form that is new and still empty takes what was left.
  if ("answered" in status.dataset) keep();
  const left = isEmpty() && storage((kept) => JSON.parse(kept.getItem(slot)));
  if (!left) return;
  put(left);
  if (isEmpty()) return;
  preview(false);
  const notice = status.firstElementChild;
  notice.hidden = false;
  notice.querySelector("button").addEventListener("click", () => {
    put({});
    keep();
    preview(false);
    notice.hidden = true;
    fields[0].focus();
  });
})();
