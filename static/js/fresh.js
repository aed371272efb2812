/* A private page that the browser keeps in memory and shows again (Back button) may tell what is no longer true. Before
   it is put away nothing on it can be seen or pressed any more; when it is shown again it is asked for anew. By GET,
   and not `reload`: the page may be the answer to a form, which must not be sent again. */
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
