/* A button that opens the share sheet of the device; hidden where there is none. Nothing is sent to this site or to
   others: the device itself passes on title and address. The page has

     <button type="button" class="quiet" hidden data-share="ADDRESS" data-title="TITLE">Share</button>
     <script src="{% static 'js/share.js' %}" defer></script>

   `hidden` stays without JavaScript and without a share sheet. ADDRESS is absolute; without it (data-share alone) the
   page's <link rel="canonical"> is shared, else its own address without query and fragment. Without TITLE the page's. */
(() => {
  "use strict";
  if (!navigator.share) return;
  const canonical = document.querySelector("link[rel=canonical]");
  for (const button of document.querySelectorAll("button[data-share]")) {
    const url = button.dataset.share || (canonical ? canonical.href : location.origin + location.pathname);
    const title = button.dataset.title || document.title;
    button.hidden = false;
    button.addEventListener("click", () => {
      navigator.share({ title, url }).catch(() => {}); // refused or closed by the person: nothing to do
    });
  }
})();
