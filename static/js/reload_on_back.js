/* A private page that the browser keeps in memory and shows again (Back button) may show what is no longer true. So
   nothing on it can be seen or pressed once it is left; when it is shown again it is loaded again. By GET and not by
   `reload`: the page may be the response to a form, which must not be sent twice. */
(() => {
  "use strict";
  const close = () => (document.body.inert = document.body.hidden = true);
  addEventListener("pagehide", (event) => event.persisted && close());
  addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    close();
    location.replace(location.pathname + location.search); // with a fragment it would only scroll
  });
})();
