// Times on staff pages in the time zone of the browser, and how long a decision can still be undone. Without it times
// are in UTC, and the bar stays until the next page.
(() => {
  "use strict";
  // Browsers know no Kyrgyz names of months, so those dates are digits, in the order of the Russian ones.
  const language = document.documentElement.lang;
  const zoned = new Intl.DateTimeFormat({ en: "en-GB", ky: "ru" }[language] || language, {
    day: "numeric", month: language === "ky" ? "2-digit" : "long", year: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  for (const time of document.querySelectorAll("time[datetime*=T]")) {
    time.title = time.textContent;
    time.textContent = zoned.format(new Date(time.dateTime));
  }

  const opened = performance.now();
  for (const left of document.querySelectorAll("[data-seconds-left]")) {
    const bar = left.closest("form");
    const count = () => {
      const seconds = Math.ceil(Number(left.dataset.secondsLeft) - (performance.now() - opened) / 1000);
      left.textContent = Math.max(seconds, 0);
      if (seconds > 0) setTimeout(count, 500);
      else bar.classList.add("staff-over"); // its place stays: nothing moves under the pointer
    };
    count();
  }
})();
